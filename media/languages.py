"""Languages by every name that file names and containers use."""

# Tag, the other ISO 639 codes, English name, own name where people use it.
_TABLE = """
ar ara arabic
bg bul bulgarian
bs bos bosnian
ca cat catalan
cs ces cze czech
cy cym wel welsh
da dan danish
de deu ger german deutsch
el ell gre greek
en eng english
es spa spanish espanol español castilian
et est estonian
eu eus baq basque
fa fas per persian farsi
fi fin finnish suomi
fil filipino tagalog
fr fra fre french francais français
ga gle irish
gl glg galician
he heb hebrew
hi hin hindi
hr hrv croatian
hu hun hungarian magyar
hy hye arm armenian
id ind indonesian
is isl ice icelandic
it ita italian italiano
ja jpn japanese
ka kat geo georgian
kk kaz kazakh
kn kan kannada
ko kor korean
la lat latin
lt lit lithuanian
lv lav latvian
mk mkd mac macedonian
ml mal malayalam
mn mon mongolian
mr mar marathi
ms msa may malay
nb nob bokmal bokmål
nl nld dut dutch nederlands
nn nno nynorsk
no nor norwegian norsk
pl pol polish polski
pt por portuguese portugues português
ro ron rum romanian
ru rus russian
sk slk slo slovak
sl slv slovenian
sq sqi alb albanian
sr srp serbian
sv swe swedish svenska
ta tam tamil
te tel telugu
th tha thai
tr tur turkish
uk ukr ukrainian
ur urd urdu
vi vie vietnamese
zh zho chi chinese
"""
_BY_NAME = {name: line.split()[0] for line in _TABLE.split("\n") if line for name in line.split()}
_WITHOUT_MEANING = ("", "und", "zxx", "mis", "mul")


def language_tag(name: str) -> str | None:
    """Return the BCP 47 tag of a language's name or code, None when there is no such.

    A region or script stays: `pt_BR` and `pt-br` become `pt-BR`.
    """
    language, _, region = name.replace("_", "-").partition("-")
    tag = _BY_NAME.get(language.lower())
    if tag is None or not region:
        return tag
    if len(region) == 2 and region.isalpha():
        return f"{tag}-{region.upper()}"
    if region.lower() in ("hans", "hant", "latn", "cyrl"):
        return f"{tag}-{region.title()}"
    return f"{tag}-{region}" if region.isdigit() and len(region) == 3 else None


def container_language(code: str | None) -> str | None:
    """Return the tag for a container's code; one that is not in the table stays as it is."""
    code = (code or "").strip()
    if code.lower() in _WITHOUT_MEANING:
        return None
    return language_tag(code) or code


def bibliographic_code(tag: str) -> str | None:
    """Return the three letters of ISO 639-2/B that players know a language tag by.

    None for a tag that is not in the table and does not have three letters itself.
    """
    language = tag.partition("-")[0].lower()
    return _BIBLIOGRAPHIC.get(language) or (language if len(language) == 3 else None)


def _bibliographic_codes() -> dict[str, str]:
    codes = {}
    for tag, *names in (line.split() for line in _TABLE.split("\n") if line):
        three = [name for name in (tag, *names[:2]) if len(name) == 3]
        codes[tag] = three[-1]
    return codes


_BIBLIOGRAPHIC = _bibliographic_codes()
