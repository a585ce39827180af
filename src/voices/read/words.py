"""The words that exports use in their headers, in English and Dutch, and what a header says by them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


GENERIC = _set(
    "text texts tekst comment comments commentaar review reviews feedback answer answers response responses "
    "verbatim verbatims opmerking opmerkingen toelichting toelichtingen reactie reacties antwoord antwoorden "
    "content contents inhoud body message messages bericht remark remarks opinion mening ervaring experience "
    "testimonial description omschrijving beschrijving beoordelingstekst reviewtekst recensietekst recensie "
    "narrative verhaal uitleg explanation explain tweet snippet notes note notitie notities avis commentaire "
    "commentaires kommentar reviewtext commenttext responsetext answertext reviewbody reviewcontent freetext "
    "opentext openantwoord klantreactie klantfeedback"
)
LANGUAGE_TAILS = _set("en nl fr de es english dutch engels nederlands")
NEUTRAL = _set(
    "customer klant klanten employee employees medewerker medewerkers patient patienten guest gast gasten user "
    "consumer your uw je jouw mijn my open free vrije vrij ended full raw original origineel originele overall "
    "general algemene algemeen additional other overige andere nadere extra any further public publieke survey "
    "enquete written geschreven field veld en and of or the de het een a nps enps csat ces fft score rating "
    "cijfer waardering question vraag main long value plain reviews review comments"
)
SPECIFIC = _set(
    "pros cons pro con advice advies adviezen positive positives negative negatives positief negatief positieve "
    "negatieve pluspunt pluspunten minpunt minpunten plus min plussen minnen voordeel nadeel voordelen nadelen "
    "tip tips top tops compliment complimenten compliments complaint complaints klacht klachten suggestion "
    "suggestions suggestie suggesties improvement improvements improve verbeterpunt verbeterpunten verbetering "
    "verbeteringen verbetersuggesties verbetersuggestie verbetertips strength strengths weakness weaknesses like "
    "likes liked dislike dislikes disliked best worst highlights lowlights reason reasons reden redenen motivatie "
    "motivation motivering praise sterke zwakke upsides downsides challenges knelpunten wensen wens behoefte idee "
    "ideeen ideas"
)
DESCRIPTIONS = _set("description omschrijving beschrijving")
DESCRIBED = _set("complaint klacht issue incident problem probleem experience ervaring feedback review case melding")
TITLES = _set("title titel headline heading summary samenvatting subject onderwerp kop kopje reviewtitle reviewtitel")
NEVER = _set(
    "name naam firstname lastname voornaam achternaam url link href website site email mail phone telephone "
    "telefoon telefoonnummer ip agent useragent browser device apparaat address adres location locatie city stad "
    "plaats country land job jobtitle role rol function functie position author auteur reviewer username user "
    "gebruiker nickname date datum time tijd id ids uuid nummer number nr tag tags topic topics category "
    "categorie categories label labels sentiment emotion status state type language taal locale channel kanaal "
    "source bron platform image images photo photos avatar picture currency version versie token hash key "
    "latitude longitude lat lng coordinates zip zipcode postcode gender geslacht age leeftijd nationality "
    "nationaliteit route aircraft cabin keywords summary_ai length lengte count aantal file filename bestand "
    "company bedrijf employer"
)
REPLY_BY = _set(
    "owner company management business eigenaar bedrijf bedrijfs hotel host manager merchant seller verkoper "
    "brand developer our onze ons supplier agent helpdesk employer"
)
TRANSLATED = _set(
    "clean cleaned processed preprocessed lemmatized lemmatised stemmed tokenized tokens normalized lowercase "
    "opgeschoond translated translation vertaald vertaling vertaalde translate"
)

REVIEW_WORDS = _set("review reviews reviewtext reviewtekst reviewbody recensie klacht complaint")
ANSWER_WORDS = _set("response responses answer answers reactie reacties antwoord antwoorden your our text tekst")

QUESTION_COLUMN = _set("question questions vraag vragen questiontext vraagtekst prompt vraagstelling")
_QUESTION_START = _set(
    "what how why which where when who please describe tell explain do does did is are would could can if have "
    "has welke wat hoe waarom wie waar wanneer waarover waarmee kunt kun kan heeft heb zou geef beschrijf wil "
    "wilt vertel noem bent licht vindt vind in anything"
)
_NUMBERED = re.compile(r"^(?:q|v|vraag|question|item|open|antwoord|answer)\s?\d+(?:\s\d+)*(?:\s(?:text|tekst|open))?$")

UNIT_TIERS: tuple[frozenset[str], ...] = (
    _set(
        "unit eenheid store shop winkel branch filiaal vestiging ward location locatie site department afdeling team "
        "restaurant clinic kliniek practice praktijk depot office kantoor salon gym school faculteit faculty property "
        "hotel outlet dealer werkplek costcenter kostenplaats organisatieonderdeel onderdeel businessunit hospital "
        "ziekenhuis polikliniek poli station warehouse magazijn museum parc park place business"
    ),
    _set(
        "service dienst trust firm company companies employer organisation organization organisatie bedrijf werkgever "
        "brand merk airline airlines division divisie sector bank insurer verzekeraar gemeente instelling merchant "
        "club"
    ),
    _set(
        "region regio district area gebied rayon product products productline productlijn productgroep category "
        "categorie airport luchthaven lounge line route channel kanaal"
    ),
    _set("city stad plaats province provincie county town"),
)
UNIT_ENDINGS = ("filiaal", "vestiging", "afdeling", "locatie", "winkel", "regio", "kliniek", "eenheid", "onderdeel")
OPEN_ASKED = _set("what how why describe explain tell please wat hoe waarom beschrijf vertel licht")
"""First words of questions that ask for an answer in one's own words."""
UNIT_ASKED = _set("which what in at where welke wat waar bij op")
AFFIXES = _set("name naam names title label short text id ids code codes nr no number nummer full display")
PERSON = _set(
    "author reviewer user customer klant consumer respondent guest gast traveler traveller person persoon "
    "employee medewerker ip recipient contact collector external source bron owner manager rating score "
    "satisfaction cijfer beoordeling browser device birth home primary hr my"
)

SCORE_WORDS = _set(
    "nps enps csat ces score scores rating ratings stars star sterren ster cijfer rapportcijfer beoordeling "
    "waardering grade punten points recommend recommendation aanbevelen aanbeveling aanraden overall satisfaction "
    "tevredenheid effort fft ltr osat likelihood eindcijfer totaalscore algemeencijfer klanttevredenheid "
    "starrating reviewrating reviewscore likely waarschijnlijk tevreden satisfied rate eindoordeel oordeel "
    "totaaloordeel"
)
SCORE_OVERALL = _set(
    "overall algemeen algemene totaal total eindcijfer rapportcijfer totaalscore eindoordeel totaaloordeel main"
)
SCORE_NAMED = _set("nps enps csat ces fft ltr osat")
SCORE_NOT = _set(
    "count counts aantal number id ids average avg mean gemiddeld gemiddelde length confidence probability "
    "sentiment weight rank days age year votes helpful likes duration progress subjectivity polarity toxicity max "
    "maximum benchmark target variance group"
)
SCORE_FILLER = _set(
    "review customer klant user reviewer score rating rate value waarde stars star sterren cijfer the number of "
    "to 0 1 5 10 feedback survey likelihood employee recommend likely in from"
)

LANGUAGE_WORDS = _set("language lang taal locale languagecode reviewlanguage userlanguage taalcode langue sprache")

DATE_WORDS = _set(
    "date datum date_time datetime time timestamp tijdstip day dag week month maand period periode quarter "
    "kwartaal created submitted published posted completed recorded received finished reviewed invuldatum "
    "reviewdatum ingevuld ingediend afgerond geplaatst geschreven aangemaakt createdat createtime publishedat "
    "publishat datestamp responsedate reviewdate tijd jaarmaand weeknummer"
)
DATE_BEST = _set(
    "response review reviewed submission submitted submit recorded completed completion published publish posted "
    "created create finished received invuldatum reviewdatum ingevuld ingediend afgerond geplaatst geschreven "
    "reactiedatum survey feedback comment answered createdat createtime publishedat end einde eind"
)
DATE_SECOND = _set(
    "visit visited experience stay start started begin purchase order ordered bezoek bezoekdatum aankoop verblijf "
    "travel trip flight vlucht reis booking check update updated modified gewijzigd sent verzonden invited "
    "invitation uitnodiging last edited startdatum begindatum added scraped scrape"
)
DATE_NEVER = _set(
    "birth geboorte geboortedatum hire hired indienst dienst dob birthday reply owner answer expiry since sinds "
    "length duration duur zone timezone respond responded"
)

ID_BEST = _set(
    "comment review response respondent answer feedback survey record case ticket result entry submission "
    "opmerking reactie antwoord melding klacht unique internal reviewid responseid commentid"
)
ID_TAILS = _set("id ids uuid guid nummer number nr no key code ref reference hash")
ID_WHOLE = _set(
    "id uuid guid index nr volgnummer rijnummer rownumber key recordid responseid reviewid commentid surveyid "
    "respondentid reviewnummer respondentnummer reactienummer responsenummer meldingsnummer klachtnummer "
    "zaaknummer casenumber ticketnummer ticketnumber antwoordnummer respondent rowid objectid uid index_id id_"
)
ID_NEVER = _set(
    "phone telefoon house huis account customer klant employee medewerker personeel user author reviewer member "
    "lid store shop hotel product business location place order collector flight vlucht iban bsn patient mail "
    "email zip post ip reference_url consumer unit team branch company org organisation room kamer contact "
    "recipient staff person profile device session source"
)

ID_PERSON_STARTS = (
    "personeel",
    "klantn",
    "klanti",
    "medewerker",
    "patient",
    "telefoon",
    "rekening",
    "gebruiker",
    "lidn",
)
ID_PERSON = _set(
    "customer klant employee medewerker personeel user author reviewer consumer member lid staff person contact "
    "profile patient mail email phone iban bsn"
)

PROSE = _set(
    "the and is was are were i we it they not very my to have had with for of but you this that be been so too de "
    "het een en ik niet wel van dat die er maar met voor zijn heb had wordt werd ze hij wij we je zeer erg naar "
    "om ook te le la les est et je pas tres pour une der die das und ist nicht sehr"
)
LIKERT = _set(
    "strongly agree disagree neither nor somewhat very extremely slightly moderately satisfied dissatisfied "
    "neutral likely unlikely good bad poor fair excellent yes no maybe never rarely sometimes often always not at "
    "all applicable na n a important easy difficult don t know unsure definitely probably helpful completely "
    "mostly partly quite helemaal mee eens oneens zeer erg tevreden ontevreden neutraal waarschijnlijk "
    "onwaarschijnlijk goed slecht matig voldoende onvoldoende uitstekend ja nee misschien nooit zelden soms vaak "
    "altijd niet van toepassing weet ik makkelijk moeilijk belangrijk onbelangrijk redelijk beetje enigszins of "
    "noch een wel promoter passive detractor positive negative positief negatief mixed"
)
DUTCH_HEADERS = _set(
    "datum opmerking opmerkingen toelichting reactie antwoord vraag afdeling vestiging filiaal locatie winkel "
    "regio bedrijf taal sterren cijfer beoordeling waardering titel naam nummer wat hoe waarom wij ons uw je het "
    "een van invuldatum tekst bezoekdatum klant medewerker reviewnummer rapportcijfer maand leeftijd geslacht de "
    "en"
)


@dataclass(frozen=True)
class Header:
    """A column name, and the question behind it where the export has one, as lower-case words."""

    raw: str
    words: tuple[str, ...]
    set: frozenset[str]

    @property
    def plain(self) -> str:
        """The words, joined."""
        return " ".join(self.words)


def header(raw: str) -> Header:
    """Take a column name apart: case, accents, ``_``, ``-``, ``.`` and camelCase do not matter.

    Examples
    --------
    >>> header("advice_to-Management").plain, header("reviewText").plain, header("Café (NL)").plain
    ('advice to management', 'review text', 'cafe nl')
    """
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", raw)
    plain = "".join(c for c in unicodedata.normalize("NFKD", split) if not unicodedata.combining(c)).lower()
    words = tuple(re.findall(r"[^\W_]+", plain))
    return Header(raw, words, frozenset(words))


def text_kind(head: Header) -> str | None:
    """Say what a header promises about free text.

    Returns
    -------
    str or None
        ``generic`` (comment, opmerking), ``specific`` (pros, verbeterpunten), ``question``,
        ``title``, ``translation``, ``reply`` (by the company), ``never``, or None: no promise.
    """
    if not head.words:
        return None
    asks = is_question(head)
    if asks and (len(head.words) > 2 or _NUMBERED.match(head.plain)):
        return "question"
    if head.set & TRANSLATED or (len(head.words) > 1 and head.words[-1] in LANGUAGE_TAILS):
        return "translation"
    if _is_reply(head):
        return "reply"
    known = head.set - NEUTRAL
    if head.set & DESCRIPTIONS and known - DESCRIPTIONS and not known & DESCRIBED:
        return "never"
    return _kind_by_words(head, known)


def _kind_by_words(head: Header, known: frozenset[str]) -> str | None:
    """Look the words of a header up, those that say most first."""
    if head.set & TITLES and not head.set & {"job", "function", "functie", "role"} and not head.set & SPECIFIC:
        return "title"
    if head.set & GENERIC and known <= GENERIC | {w for w in head.set if w.isdigit()}:
        return "generic"
    if head.set & NEVER:
        return "never"
    ends = head.words[-1] in GENERIC and len(head.words) <= 3
    return "specific" if ends or (head.set & SPECIFIC and len(head.words) <= 5) else None


def is_question(head: Header) -> bool:
    """Whether a header asks something: by its question mark, first word, number or length."""
    if _NUMBERED.match(head.plain):
        return True
    long = len(head.words) >= 5 and len(head.raw.split()) >= 5
    return head.raw.rstrip().endswith("?") or long or (len(head.words) >= 3 and head.words[0] in _QUESTION_START
                                                      and len(head.raw.split()) >= 3)  # fmt: skip


def _is_reply(head: Header) -> bool:
    """Whether the column holds what the company wrote back."""
    if head.set & {"reply", "replies", "reviewreply"}:
        return True
    by_company = head.set & REPLY_BY and head.set & {
        "response",
        "responses",
        "answer",
        "answers",
        "reactie",
        "antwoord",
    }
    return bool(by_company) and len(head.words) <= 5


def humanise(name: str) -> str:
    """Write a column name as a question a person can read; a real question stays as it is.

    Examples
    --------
    >>> humanise("advice_to_management"), humanise("whatWentWell"), humanise("Wat kan beter?")
    ('Advice to management', 'What went well', 'Wat kan beter?')
    """
    plain = " ".join(name.split())
    if " " not in plain:
        plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
        words = re.sub(r"[_.]+|-+", " ", plain).split()
        plain = " ".join(word if word.isupper() and len(word) > 1 and index else word.lower()
                         for index, word in enumerate(words))  # fmt: skip
    return plain[:1].upper() + plain[1:]
