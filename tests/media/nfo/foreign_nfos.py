"""NFOs as each common tool writes them, and what people have put into them."""

KODI = """<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>
<movie>
    <title>Sintel</title>
    <originaltitle>Sintel</originaltitle>
    <ratings>
        <rating name="imdb" max="10" default="true"><value>7.4</value><votes>8123</votes></rating>
        <rating name="trakt" max="10"><value>7.1</value><votes>41</votes></rating>
    </ratings>
    <userrating>9</userrating>
    <top250>0</top250>
    <outline></outline>
    <plot>An old plot.</plot>
    <runtime>14</runtime>
    <thumb spoof="" cache="" aspect="poster">https://image.example/p.jpg</thumb>
    <fanart><thumb preview="https://image.example/f">https://image.example/f.jpg</thumb></fanart>
    <mpaa>Rated PG</mpaa>
    <playcount>3</playcount>
    <lastplayed>2026-11-01</lastplayed>
    <id>tt1727587</id>
    <uniqueid type="imdb" default="true">tt1727587</uniqueid>
    <uniqueid type="tmdb">1</uniqueid>
    <uniqueid type="mymovies">77</uniqueid>
    <genre>Animation</genre>
    <set><name>Open movies</name><overview>Old.</overview></set>
    <director>Colin Levy</director>
    <premiered>2010-09-27</premiered>
    <fileinfo><streamdetails>
        <video><codec>h264</codec><aspect>2.35</aspect><width>1920</width><stereomode>left_right</stereomode>
        </video>
    </streamdetails></fileinfo>
    <actor><name>Halina Reijn</name><role>Sintel</role><order>0</order>
        <thumb>halina.jpg</thumb></actor>
    <resume><position>120.000000</position><total>888.000000</total></resume>
    <dateadded>2020-01-02 03:04:05</dateadded>
</movie>
"""

TINY_MEDIA_MANAGER = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!--created on 2026-11-20 18:03:11 - tinyMediaManager 5.1-->
<movie>
  <title>Sintel</title>
  <epbookmark/>
  <year>2010</year>
  <ratings>
    <rating default="false" max="10" name="themoviedb"><value>7.3</value><votes>900</votes></rating>
  </ratings>
  <userrating>0.0</userrating>
  <plot>An old plot.</plot>
  <set tmdbcolid="4711"><name>Open movies</name><overview/></set>
  <id>tt1727587</id>
  <tmdbid>1</tmdbid>
  <uniqueid default="false" type="tmdb">1</uniqueid>
  <uniqueid default="true" type="imdb">tt1727587</uniqueid>
  <watched>true</watched>
  <playcount>1</playcount>
  <genre>Animation / Fantasy</genre>
  <actor>
    <name>Halina Reijn</name>
    <role>Sintel</role>
    <thumb>https://image.example/h.jpg</thumb>
    <profile>https://people.example/7</profile>
    <tmdbid>7</tmdbid>
  </actor>
  <producer tmdbid="8"><name>Ton Roosendaal</name></producer>
  <!-- mine: keep -->
  <edition>NONE</edition>
  <user_note>bought in 2011</user_note>
</movie>
"""

RADARR = """<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<movie>
  <title>Sintel</title>
  <rating>7.3</rating>
  <watched>true</watched>
  <plot>An old plot.</plot>
  <thumb aspect="poster" preview="https://image.example/p.jpg">https://image.example/p.jpg</thumb>
  <uniqueid type="tmdb" default="true">1</uniqueid>
</movie>
"""

JELLYFIN = """<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<movie>
  <plot>A plot of my own.</plot>
  <outline />
  <lockdata>false</lockdata>
  <lockedfields>Overview|Tags</lockedfields>
  <dateadded>2024-05-06 07:08:09</dateadded>
  <title>Sintel</title>
  <rating>7.3</rating>
  <tmdbid>1</tmdbid>
  <imdbid>tt1727587</imdbid>
  <releasedate>2010-09-27</releasedate>
  <tag>mine</tag>
  <art><poster>/media/Sintel/poster.jpg</poster></art>
  <actor><name>Halina Reijn</name><type>Actor</type><sortorder>0</sortorder>
    <thumb>/config/people/h.jpg</thumb></actor>
</movie>
"""

MEDIA_ELCH = """<?xml version="1.0" encoding="UTF-8"?>
<movie>
    <title>Sintel</title>
    <uniqueid type="tmdb">1</uniqueid>
    <uniqueid default="true" type="imdb">tt1727587</uniqueid>
    <set>Open movies</set>
    <showlink>Open movie hour</showlink>
    <generator><appname>MediaElch</appname><kodiversion>20</kodiversion></generator>
</movie>
https://www.themoviedb.org/movie/45745-sintel
"""

EMBER_IN_LATIN_1 = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n<movie><title>Sintel</title>'
    "<locked>false</locked><videosource>Blu-ray \u2013 Küche</videosource></movie>"
).encode("cp1252")

NFOS: dict[str, bytes] = {
    "kodi": KODI.encode(),
    "tinyMediaManager": TINY_MEDIA_MANAGER.encode(),
    "radarr": RADARR.encode(),
    "jellyfin": JELLYFIN.encode(),
    "mediaelch": MEDIA_ELCH.encode(),
    "ember": EMBER_IN_LATIN_1,
}
