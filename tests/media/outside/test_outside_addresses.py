from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import UnsafeAddressError
from media.outside.addresses import ensure_public, trusted_hosts, web_address
from media.settings import Settings

NOBODY: frozenset[str] = frozenset()

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.20",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "no address",
]
PUBLIC = ["8.8.8.8", "104.16.0.1", "2606:4700::6810:1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(UnsafeAddressError, match="private network"):
        ensure_public("pictures.example", 443, [address], NOBODY)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_fine(address: str) -> None:
    ensure_public("pictures.example", 443, [address], NOBODY)


def test_one_private_address_among_several_is_enough() -> None:
    with pytest.raises(UnsafeAddressError):
        ensure_public("pictures.example", 443, ["8.8.8.8", "127.0.0.1"], NOBODY)


@given(st.ip_addresses(v=4))
def test_an_address_is_never_better_for_being_wrapped(address: IPv4Address) -> None:
    number = int(address)
    wrapped = [
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address((0x64FF9B << 96) | number),
    ]
    for one in wrapped:
        assert ip_address(str(one)).version == 6
        if not is_fine(str(address)):
            assert not is_fine(str(one))


@given(st.ip_addresses())
def test_only_global_unicast_is_fine(address: IPv4Address | IPv6Address) -> None:
    if is_fine(str(address)):
        # Of a 6to4 address the one within counts; that is private by itself for Python 3.13.
        meant = getattr(address, "sixtofour", None) or address
        assert not meant.is_multicast
        assert not meant.is_private
        assert not meant.is_loopback
        assert not meant.is_link_local


def is_fine(address: str) -> bool:
    try:
        ensure_public("host", 80, [address], NOBODY)
    except UnsafeAddressError:
        return False
    return True


@pytest.mark.parametrize(
    ("host", "port", "trusted"),
    [("nas", 80, "nas"), ("NAS", 8080, "nas"), ("nas", 8080, "nas:8080")],
)
def test_a_trusted_host_may_be_anywhere(host: str, port: int, trusted: str) -> None:
    ensure_public(host, port, ["192.168.1.2"], frozenset({trusted}))


def test_another_port_of_a_trusted_one_is_not_trusted() -> None:
    with pytest.raises(UnsafeAddressError):
        ensure_public("nas", 22, ["192.168.1.2"], frozenset({"nas:8080"}))


def test_the_providers_own_hosts_are_trusted_on_their_port(tmp_path: Path) -> None:
    settings = Settings(
        library_database=tmp_path / "library.db",
        providers={"tmdb": {"base_url": "http://proxy.lan:8888/tmdb"}},
        http={"allowed_hosts": ["NAS.lan"]},
    )
    trusted = trusted_hosts(settings)
    assert {"proxy.lan:8888", "nas.lan", "api4.thetvdb.com:443"} <= trusted
    assert "proxy.lan" not in trusted


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://host/x",
        "gopher://host/x",
        "//host/x",
        "host/x",
        "",
        "http://",
        "http://[::1",
        "http://user:pw@host/x",
        "data:image/png;base64,x",
    ],
)
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(UnsafeAddressError):
        web_address(address)


def test_a_web_address_is_taken() -> None:
    assert web_address("https://image.tmdb.org/t/p/x.jpg").host == "image.tmdb.org"
