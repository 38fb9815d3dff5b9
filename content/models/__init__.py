from content.models.claims import DisputedPhrase, PhraseException
from content.models.clinic import Clinic, Location
from content.models.evidence import Condition, EvidenceSummary, Reference, Region, SafetyRule
from content.models.people import Practitioner
from content.models.pictures import Picture
from content.models.publishing import Publication
from content.models.search import SearchEntry, SearchWord, SynonymGroup
from content.models.texts import Article, Faq, Page, ReaderQuestion, Topic

__all__ = [
    "Article",
    "Clinic",
    "Condition",
    "DisputedPhrase",
    "EvidenceSummary",
    "Faq",
    "Location",
    "Page",
    "PhraseException",
    "Picture",
    "Practitioner",
    "Publication",
    "ReaderQuestion",
    "Reference",
    "Region",
    "SafetyRule",
    "SearchEntry",
    "SearchWord",
    "SynonymGroup",
    "Topic",
]
