"""The words around a name, in English and Dutch: what says that a person follows, and what says that none does."""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


PARTICLES = _set(
    "van von de den der des het t te ten ter tot el al la le di da dos du bin ben ibn abu ait aït vande vander vanden"
)
TITLES = _set(
    "dhr mevr mevrouw mw meneer mijnheer mej mejuffrouw mister mr mrs ms miss dr drs prof professor ir ing zr zuster "
    "nurse sister juf juffrouw meester sir dokter doctor tante oom auntie uncle"
)
SURE_TITLES = _set("dhr mevr mevrouw mw meneer mijnheer mej mister mr mrs ms dr drs prof juf")
"""Titles after which a known name in lower case is taken too."""
PEOPLE = _set(
    "collega colleague coworker co-worker manager managers leidinggevende teamleider teamleidster teamlead "
    "chef baas boss "
    "supervisor directeur directrice director receptioniste receptionist receptionniste medewerker medewerkster "
    "verkoper verkoopster waiter waitress ober serveerster kok dokter arts huisarts doctor nurse verpleegkundige "
    "therapist therapeut fysio consultant adviseur adviseuse advisor adviser agent monteur technician "
    "engineer driver "
    "chauffeur bezorger buddy mentor coach trainer trainee stagiair stagiaire vriend vriendin friend husband wife "
    "man vrouw partner zoon dochter son daughter brother sister broer zus host hostess gastvrouw gastheer "
    "assistent assistente assistant kapper kapster hairdresser stylist surgeon midwife verloskundige tandarts "
    "dentist "
    "physio planner recruiter teammanager filiaalmanager caissière caissiere cashier lady guy girl dame heer jongen "
    "meisje lad mechanic begeleider begeleidster eigenaar eigenaresse owner"
)
"""Nouns of people before which a name stands: "collega Karin", "our manager Ravi"."""
UNSURE = _set(
    "manager managers directeur directrice director agent kok man planner coach trainer chef mentor "
    "teamleider teamlead "
    "teamleidster medewerker medewerkster adviseur adviseuse advisor adviser consultant assistent assistente "
    "assistant "
    "engineer owner boss baas recruiter supervisor leidinggevende teammanager filiaalmanager monteur trainee "
    "stagiair "
    "stagiaire driver dokter doctor agent receptie partner buddy host customer heer technician surgeon "
    "mechanic eigenaar"
)
"""Those that are titles of a job too ("manager Operations"): only a known name counts after them."""
PLACED = _set("in te uit naar near")
"""Words after which a surname is a place ("in Haarlem")."""
BEFORE = _set(
    "thanks thank thankyou thx dank bedankt dankjewel dankzij hulde kudos hi hello dear beste hallo hoi ha "
    "hey hé lieve "
    "heet heette genaamd named called ene genaamde door samen namelijk zoals like especially with met both by "
    "ask asked vraag vroeg and en & aan"
)
"""Words that a name often follows, also that of a thing: enough for names that are words, not for unknown ones."""
INTRODUCED = re.compile(
    r"\b(?:my name(?:'s| is| was)|(?:her|his|their) name(?:'s| is| was)|by the name of|"
    r"(?:mijn|haar|zijn|de) naam (?:is|was)|(?:ik|hij|zij|ze|die) heet(?:te)?|goes by|named|called|genaamd|geheten|"
    r"(?:een )?(?:zekere|ene)|a certain|"
    r"thank(?:s| you)(?: so much| very much)?,? to|shout ?-?out to|kudos to|credit to|compliments to|praise for|"
    r"(?:met )?dank aan|bedankt,? aan|dank je ?wel,?|complimenten (?:aan|voor)|hulde (?:aan|voor)|pluim voor|"
    r"(?:spoke|speaking|talked|talking) (?:to|with)|(?:served|helped|assisted|treated|greeted|seen) by|"
    r"(?:geholpen|ontvangen|bediend|behandeld|geadviseerd|begeleid) door|(?:gesproken|gepraat|gebeld|"
    r"contact) met)\s+$",
    re.I,
)
"""What introduces a person; a word with a capital after it is taken for a name although no list has it."""
SIGNED = re.compile(
    r"(?:\b(?:groet(?:en|jes)?|gr|mvg|vr\.? ?gr|regards|sincerely|cheers|liefs|best wishes|yours|many thanks|"
    r"hoogachtend|signed)\b[.,!]*\s*|[\n–—]\s*-?\s*)$",
    re.I,
)
"""What stands before a name at the very end of a text."""
VERBS = re.compile(
    r"\s+(?:helped|explained|said|told|showed|assisted|answered|listened|welcomed|greeted|served|looked after|"
    r"went above|from (?:reception|accounts|customer|sales|the desk)|(?:at|on|behind) (?:reception|the (?:desk|"
    r"tills?|phone|ward|counter|bar|door)|checkout)|in (?:payroll|hr|accounts|billing|"
    r"customer service|sales|the kitchen)|"
    r"hielp|legde|zei|vertelde|luisterde|nam de tijd|heeft (?:mij|me|ons|alles|heel|goed|super|het)|"
    r"van de (?:balie|receptie|klantenservice|kassa)|achter de (?:kassa|balie)|"
    r"(?:was|is|are|were|en)(?: (?:very|so|super|extremely|really|always|altijd|heel|erg|zeer|such|a|een|"
    r"ontzettend|and))*"
    r" (?:helpful|friendly|kind|rude|lovely|patient|polite|professional|knowledgeable|attentive|vriendelijk|"
    r"behulpzaam|"
    r"aardig|geduldig|onbeleefd|onvriendelijk|lief|star|topper|schat|gentleman|kanjer|deskundig))\b",
    re.I,
)
"""What people do and are, right after a name that is a word as well."""
MONTH_BEFORE = _set(
    "between in since until till from of sinds vanaf eind begin half tot last this next early late before after"
)
ARTICLES = _set("the a an this that de het een die deze dit dat our your my mijn onze jullie")
VENUES = _set(
    "restaurant hotel café cafe bistro brasserie bakkerij slagerij kapsalon garage apotheek ziekenhuis "
    "hospital museum "
    "straat ward afdeling building gebouw zaal sint st saint santa queen koningin prinses princess prins "
    "prince store "
    "winkel pub bar camping villa landgoed school basisschool stichting merk brand locatie unit"
)
"""Words before names that belong to a place or a thing."""
THINGS = _set(
    "museum hospital ziekenhuis straat street road lane avenue plein square centrum centre center school college "
    "university universiteit stadium arena airport house huis kliniek clinic institute instituut foundation "
    "stichting "
    "hotel bank park ltd ward unit wing surgery laan weg kade gracht singel bv nv plc inc group groep stores "
    "kerk church "
    "ziekenhuizen kinderziekenhuis hall court terminal station bridge brug gardens mc theater theatre cup "
    "award awards "
    "prize syndrome arms inn cafe café restaurant makelaars advocaten vaccine vaccin test"
)
"""Words after names that belong to a place or a thing."""
NOT_NAMES = _set(
    "monday tuesday wednesday thursday friday saturday sunday maandag dinsdag woensdag donderdag vrijdag "
    "zaterdag zondag "
    "january february march april may june july august september october november december januari februari "
    "maart mei "
    "juni juli augustus oktober kerst pasen christmas easter ramadan english dutch engels nederlands "
    "nederlandse german "
    "duits turkish polish british amsterdam rotterdam utrecht eindhoven groningen tilburg almere breda "
    "nijmegen apeldoorn "
    "haarlem arnhem enschede amersfoort zaandam zwolle leiden leeuwarden maastricht dordrecht zoetermeer "
    "delft alkmaar "
    "deventer venlo helmond hilversum gouda schiphol london manchester birmingham leeds liverpool bristol sheffield "
    "glasgow edinburgh cardiff belfast nottingham leicester york oxford cambridge brighton newcastle dublin brussel "
    "antwerpen gent nederland holland belgië belgie europe europa england scotland wales ireland france spain "
    "germany "
    "netherlands uk usa nhs hr ict it ikea lidl aldi jumbo hema kruidvat etos gamma praxis karwei action "
    "blokker primark "
    "tesco asda sainsbury morrisons waitrose boots argos amazon google apple microsoft samsung sony philips "
    "bol bol.com "
    "coolblue mediamarkt zalando postnl dhl dpd ups ns kpn ziggo vodafone odido ing rabobank abn amro hsbc barclays "
    "lloyds natwest santander halifax teams zoom excel sap outlook sharepoint workday whatsapp facebook instagram "
    "tiktok youtube covid corona monteurs sales finance marketing operations support service services zorg welzijn "
    "logistiek inkoop verkoop techniek productie planning kwaliteit communicatie accountmanager customer care "
    "management directie team reception receptie everyone everybody all iedereen allemaal u jullie you god "
    "sorry please "
    "great good nice super top goed prima fijn mooi geweldig very really such thank thanks dank bedankt keep "
    "but maar "
    "ook also well no nee yes ja ok oké wat what how hoe i ik we wij he she hij zij they it het this that there daar "
    "ryanair easyjet klm transavia tui eurostar booking airbnb uber bolt netflix spotify paypal klarna ideal "
    "america amerika engeland duitsland frankrijk spanje turkije marokko haarlem nurses doctors staff live team "
    "mcdonalds kfc starbucks costa greggs niño subway domino dominos"
)
"""Words with a capital that are no names of people, where no list of names decides."""
ORGANISATIONS = re.compile(
    r"\b(?:albert heijn|albert cuyp\w*|jan linders|(?:van gogh|anne frank|rembrandt|frans hals|van abbe|"
    r"kröller.müller|madame"
    r" tussauds?)(?: museum| huis| house)?|erasmus(?: mc| universiteit| university|brug)?|vincent van gogh|"
    r"prinses (?:máxima|maxima|beatrix|irene|amalia) ?\w*|"
    r"ben (?:&|and|en) jerry'?s|marks (?:&|and|en) spencers?|john lewis|harvey nichols|trader joe'?s|max havelaar|"
    r"tommy hilfiger|calvin klein|hugo boss|ralph lauren|michael kors|paul smith|ted baker|karl lagerfeld|"
    r"jack (?:&|and)"
    r" jones|jack wills|johnson (?:&|and|en) johnson|ernst (?:&|and|en) young|van der valk|"
    r"van den bos(?:ch)?\b|den bosch|den haag|"
    r"dirk van den broek|dr\.? ?(?:martens|oetker|pepper)|oscar mayer|jack daniel'?s|jamie'?s italian|wendy'?s|"
    r"domino'?s|"
    r"mcdonald'?s?|sainsbury'?s?|denny'?s|levi'?s|lay'?s|kellogg'?s|hershey'?s|wagner pizza|johnnie walker|"
    r"captain morgan|"
    r"miss etam|paula'?s choice|victoria'?s secret|claire'?s|carl'?s jr|louis vuitton|yves (?:rocher|saint laurent)|"
    r"tony'?s(?: chocolonely)?|kwik.?fit|alexander mcqueen|stella mccartney|charlotte tilbury|"
    r"bobbi brown|elizabeth arden|laura ashley|cath kidston|fred perry|vivienne westwood|thomas cook|alfa romeo|"
    r"rolls.royce|aston martin|harley.davidson|louis armstrong airport|charles de gaulle|john lennon airport|"
    r"martin luther king|sint nicolaas|sinterklaas|zwarte piet|santa claus|father christmas|"
    r"peter pan|harry potter|victoria (?:station|line|and albert)|prince of wales|king'?s cross|st\.? \w+(?:'s)?\b|"
    r"sint[ -]\w+|betty crocker|uncle ben'?s|aunt bessie'?s|mr\.? (?:muscle|bean|proper|kipling)|"
    r"catharina ?ziekenhuis|elisabeth[- ]\w+|amphia|isala|radboud ?\w*|bernhoven|"
    r"de vries van dale|van dale|douwe egberts|de vries van dale|parkinson'?s?|alzheimer'?s?|dr who|doctor who|"
    r"nelson mandela|black friday|"
    r"willem ii|bij bas|jip en janneke|bert en ernie|anton pieck|johan cruij?ff ?\w*|jan modaal|"
    r"jan en alleman|piet snot|joe public|tom ?tom|hans anders|jan des bouvrie|mr\.? right|"
    r"uncle sam|hobson'?s choice|murphy'?s law|lily.?s kitchen)(?!\w)",
    re.I,
)
"""Brands, institutions and sayings that hold the name of a person."""
