"""An NFO of each program that people use, in the form that it writes."""

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

KODI = f"""{_XML}<movie>
    <title>Kodi Movie</title>
    <originaltitle>Kodi Film</originaltitle>
    <ratings>
        <rating name="themoviedb" max="10" default="true">
            <value>7.500000</value>
            <votes>120</votes>
        </rating>
    </ratings>
    <userrating>8</userrating>
    <top250>0</top250>
    <outline></outline>
    <plot>Exported by Kodi.</plot>
    <tagline>It plays.</tagline>
    <runtime>15</runtime>
    <thumb spoof="" cache="" aspect="poster">https://image.example/p.jpg</thumb>
    <fanart><thumb colors="">https://image.example/f.jpg</thumb></fanart>
    <mpaa>US:PG-13</mpaa>
    <playcount>2</playcount>
    <lastplayed>2024-05-06</lastplayed>
    <id>1001</id>
    <uniqueid type="imdb">tt0001001</uniqueid>
    <uniqueid type="tmdb" default="true">1001</uniqueid>
    <genre>Animation</genre>
    <genre>Fantasy</genre>
    <country>Netherlands</country>
    <set><name>Kodi Collection</name><overview></overview></set>
    <director>A. Director</director>
    <premiered>2001-02-03</premiered>
    <year>2001</year>
    <studio>Studio</studio>
    <fileinfo><streamdetails><video><codec>h264</codec></video></streamdetails></fileinfo>
    <actor><name>Ada Actor</name><role>Hero</role><order>0</order></actor>
    <resume><position>0.000000</position><total>0.000000</total></resume>
    <dateadded>2024-01-01 10:00:00</dateadded>
</movie>
"""

RADARR = """<?xml version="1.0" encoding="utf-8"?>
<movie>
  <title>Radarr Movie</title>
  <originaltitle>Radarr Movie</originaltitle>
  <sorttitle>radarr movie</sorttitle>
  <ratings>
    <rating name="imdb" max="10" default="true"><value>6.9</value><votes>1000</votes></rating>
  </ratings>
  <rating>6.9</rating>
  <plot>Written by Radarr.</plot>
  <mpaa>PG</mpaa>
  <uniqueid type="imdb" default="true">tt0001002</uniqueid>
  <uniqueid type="tmdb">1002</uniqueid>
  <genre>Drama</genre>
  <studio>Studio</studio>
  <premiered>2002-03-04</premiered>
  <year>2002</year>
  <fileinfo><streamdetails><video><codec>h264</codec></video></streamdetails></fileinfo>
</movie>"""

TINY_MEDIA_MANAGER = f"""{_XML}<!--created on 2024-01-01 10:00:00 - tinyMediaManager 5.0-->
<movie>
  <title>Tiny Movie</title>
  <originaltitle>Tiny Movie</originaltitle>
  <sorttitle/>
  <year>2003</year>
  <set><name/><overview/></set>
  <plot>Written by tinyMediaManager.</plot>
  <outline>Written by tinyMediaManager.</outline>
  <tagline/>
  <runtime>90</runtime>
  <mpaa>DE:FSK 6</mpaa>
  <certification>DE:FSK 6</certification>
  <id>tt0001003</id>
  <tmdbid>1003</tmdbid>
  <uniqueid default="false" type="tmdb">1003</uniqueid>
  <uniqueid default="true" type="imdb">tt0001003</uniqueid>
  <premiered>2003-04-05</premiered>
  <watched>true</watched>
  <playcount>1</playcount>
  <genre>Comedy</genre>
  <source>BLURAY</source>
  <edition>NONE</edition>
  <original_filename>tiny.mkv</original_filename>
  <user_note/>
</movie>
"""

MEDIA_ELCH = f"""{_XML}<movie>
  <title>Elch Movie</title>
  <originaltitle>Elch Movie</originaltitle>
  <ratings><rating default="true" max="10" name="imdb"><value>5.5</value></rating></ratings>
  <year>2004</year>
  <premiered>2004-05-06</premiered>
  <plot>Written by MediaElch.</plot>
  <runtime>80</runtime>
  <uniqueid default="true" type="imdb">tt0001004</uniqueid>
  <id>tt0001004</id>
  <genre>Thriller / Crime</genre>
  <generator><appname>MediaElch</appname></generator>
</movie>
"""

JELLYFIN = """<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<movie>
  <plot>Saved by Jellyfin.</plot>
  <lockdata>false</lockdata>
  <dateadded>2024-01-01 10:00:00</dateadded>
  <title>Jelly Movie</title>
  <year>2005</year>
  <sorttitle>jelly movie</sorttitle>
  <imdbid>tt0001005</imdbid>
  <tmdbid>1005</tmdbid>
  <premiered>2005-06-07</premiered>
  <releasedate>2005-06-07</releasedate>
  <runtime>70</runtime>
  <genre>Family</genre>
  <id>tt0001005</id>
  <set tmdbcolid="55"><name>Jelly Collection</name></set>
  <fileinfo><streamdetails><video><codec>h264</codec></video></streamdetails></fileinfo>
</movie>"""

EMBY = """\ufeff<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<movie>
  <plot><![CDATA[Saved by Emby & kept.]]></plot>
  <outline><![CDATA[Saved by Emby.]]></outline>
  <lockdata>false</lockdata>
  <title>Emby Movie</title>
  <originaltitle>Emby Movie</originaltitle>
  <year>2006</year>
  <imdbid>tt0001006</imdbid>
  <tmdbid>1006</tmdbid>
  <uniqueid type="tmdb">1006</uniqueid>
  <genre>War</genre>
</movie>"""

URL_ONLY = "https://www.themoviedb.org/movie/1007-url-movie\n"

LATIN_1 = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
    "<movie><title>Café Olé</title><year>2008</year><plot>Ä, ö and ü.</plot></movie>\n"
).encode("latin-1")

BROKEN = "<movie><title>Broken & <b>bold</title><year>2009</year><plot>Not closed.\n"
