import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from media.errors import BrokenVideoError, ProberMissingError, ProbeTimedOutError
from media.movie import Stream, StreamKind
from media.probe import ffprobe, mediainfo
from media.probe.child_process import run_prober
from media.probe.video import probe_video
from media.sample.matroska import Clip, write_clip

SECONDS = 300


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "Amélie & 天使.mkv"
    write_clip(path, Clip(seconds=1, width=64, height=36))
    return path


def test_every_stream_of_a_video_is_read(clip: Path) -> None:
    probe = probe_video(clip, SECONDS)
    assert (probe.prober, probe.container, probe.duration_ms) == ("mediainfo", "Matroska", 1000)
    video, audio, subtitle = probe.streams
    assert (video.kind, video.codec, video.width, video.height, video.frame_rate) == (
        StreamKind.VIDEO,
        "rawvideo",
        64,
        36,
        12,
    )
    assert (audio.kind, audio.codec, audio.language, audio.channels, audio.sample_rate) == (
        StreamKind.AUDIO,
        "pcm",
        "en",
        1,
        8000,
    )
    assert subtitle == Stream(StreamKind.SUBTITLE, codec="subrip", language="de", is_default=True)


def test_garbage_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "x.mkv"
    path.write_bytes(b"this is no video" * 500)
    with pytest.raises(BrokenVideoError, match="no video stream"):
        probe_video(path, SECONDS)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "x.mkv"
    path.write_bytes(wave())
    assert [stream.kind for stream in mediainfo.probe(path, SECONDS).streams] == [StreamKind.AUDIO]
    with pytest.raises(BrokenVideoError, match="no video stream"):
        probe_video(path, SECONDS)


def wave() -> bytes:
    form = b"fmt " + (16).to_bytes(4, "little") + bytes.fromhex("01000100401f0000803e000002001000")
    data = b"data" + (1600).to_bytes(4, "little") + bytes(1600)
    return b"RIFF" + (4 + len(form) + len(data)).to_bytes(4, "little") + b"WAVE" + form + data


def test_an_empty_file_is_broken(tmp_path: Path) -> None:
    (tmp_path / "x.mkv").touch()
    with pytest.raises(BrokenVideoError, match="is empty"):
        probe_video(tmp_path / "x.mkv", SECONDS)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_a_video_that_was_cut_short_is_broken(tmp_path: Path, clip: Path, kept: float) -> None:
    whole = clip.read_bytes()
    (tmp_path / "x.mkv").write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(BrokenVideoError, match="cut short"):
        probe_video(tmp_path / "x.mkv", SECONDS)


def test_a_prober_that_takes_too_long_is_stopped(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for_ever = tmp_path / "for_ever.py"
    for_ever.write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setattr(mediainfo, "_CHILD", for_ever)
    with pytest.raises(ProbeTimedOutError, match=r"longer than 0\.1 s"):
        probe_video(clip, 0.1)


def test_a_prober_that_crashes_costs_nothing(tmp_path: Path) -> None:
    ended = run_prober(["/bin/sh", "-c", "kill -SEGV $$", str(tmp_path)], SECONDS)
    assert ended.returncode < 0


def test_without_ffprobe_mediainfo_decides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clip: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProberMissingError):
        ffprobe.probe(clip, SECONDS)
    assert probe_video(clip, SECONDS).prober == "mediainfo"


def test_ffprobe_is_asked_where_mediainfo_sees_no_video(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = (
        '{"streams":[{"codec_type":"video","codec_name":"hevc","width":3840,"height":2160,'
        '"avg_frame_rate":"24000/1001","color_transfer":"smpte2084","disposition":{"default":1}},'
        '{"codec_type":"video","codec_name":"mjpeg","disposition":{"attached_pic":1}},'
        '{"codec_type":"audio","codec_name":"pcm_s24le","channels":6,"sample_rate":"48000",'
        '"tags":{"language":"fre","title":"VF"}},{"codec_type":"data"}],'
        '"format":{"format_name":"strange","duration":"12.5","bit_rate":"1000"}}'
    )
    program = tmp_path / "ffprobe"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    video = tmp_path / "x.mkv"
    video.write_bytes(b"a form that only the other prober knows")
    probe = probe_video(video, SECONDS)
    assert (probe.prober, probe.container, probe.duration_ms) == ("ffprobe", "strange", 12500)
    assert probe.streams == [
        Stream(
            StreamKind.VIDEO,
            "hevc",
            is_default=True,
            width=3840,
            height=2160,
            frame_rate=23.976,
            hdr_format="hdr10",
        ),
        Stream(StreamKind.AUDIO, "pcm", "fr", "VF", channels=6, sample_rate=48000),
    ]


needs_ffmpeg = pytest.mark.skipif(
    not (shutil.which("ffmpeg") and shutil.which("ffprobe")), reason="ffmpeg is not installed"
)


@needs_ffmpeg
def test_both_probers_read_the_same_streams(clip: Path) -> None:
    def facts(streams: object) -> list[tuple[object, ...]]:
        return [(s.kind, s.codec, s.language, s.width, s.channels) for s in streams]  # type: ignore[attr-defined]

    one, other = mediainfo.probe(clip, SECONDS), ffprobe.probe(clip, SECONDS)
    assert facts(one.streams) == facts(other.streams)
    assert one.duration_ms == other.duration_ms


@needs_ffmpeg
def test_the_sample_clip_can_be_played(clip: Path) -> None:
    command = ["ffmpeg", "-v", "error", "-i", str(clip), "-f", "null", "-"]
    played = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert (played.returncode, played.stderr) == (0, "")
