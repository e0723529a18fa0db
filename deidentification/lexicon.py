"""The names and words that recognisers and searches share, as sets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from deidentification.configuration import Words
from deidentification.text_mapping import folded

FIRST_NAMES_PATH = Path(__file__).with_name("first_names.txt")

#: Words that never are a name where a name could stand. The same for every language that
#: patterns know, since a transcript may mix them.
NEVER_NAMES = frozenset(
    ["a", "about", "above", "actually", "after", "again", "all", "almost", "already", "also", "always", "am", "amazing", "an", "and", "another", "any", "anyone", "anything", "are", "around", "as", "at", "away", "back", "bad", "based", "basically", "be", "became", "because", "been", "before", "being", "best", "better", "between", "big", "both", "busy", "but", "by", "called", "came", "can", "certainly", "clearly", "close", "coming", "common", "completely", "confused", "constantly", "could", "creative", "currently", "curious", "deeply", "definitely", "did", "different", "difficult", "do", "does", "doing", "done", "down", "during", "each", "easy", "either", "else", "enough", "especially", "even", "ever", "every", "everyone", "everything", "excited", "exactly", "extremely", "fairly", "far", "few", "fine", "finally", "first", "for", "free", "fresh", "from", "fully", "generally", "get", "getting", "gets", "girl", "give", "given", "glad", "go", "going", "gone", "good", "got", "great", "guy", "had", "half", "happy", "hard", "has", "have", "having", "he", "hello", "help", "helped", "her", "here", "hers", "herself", "hey", "hi", "him", "himself", "his", "honestly", "how", "however", "i", "i'd", "i'll", "i'm", "i've", "if", "in", "indeed", "inside", "into", "involved", "is", "it", "it's", "its", "itself", "just", "kind", "last", "later", "least", "less", "let", "let's", "like", "likely", "literally", "little", "long", "looking", "lot", "lots", "made", "mainly", "make", "makes", "making", "man", "many", "maybe", "me", "mean", "might", "mine", "more", "most", "mostly", "much", "must", "my", "myself", "named", "namely", "near", "nearly", "never", "new", "next", "nice", "no", "nobody", "none", "nor", "not", "nothing", "now", "of", "off", "often", "ok", "okay", "old", "on", "once", "one", "ones", "only", "open", "or", "other", "others", "our", "ours", "out", "over", "own", "people", "perhaps", "person", "personally", "please", "pretty", "probably", "put", "quite", "rather", "ready", "really", "recently", "right", "said", "same", "saw", "say", "says", "see", "seems", "self", "she", "she's", "should", "simply", "since", "so", "some", "somebody", "someone", "something", "sometimes", "somewhere", "soon", "sorry", "sort", "still", "stuck", "such", "super", "sure", "take", "talking", "tend", "than", "thank", "thanks", "that", "that's", "the", "their", "them", "themselves", "then", "there", "there's", "these", "they", "they're", "thing", "things", "think", "this", "those", "though", "through", "to", "today", "together", "told", "tomorrow", "too", "totally", "tried", "try", "trying", "two", "type", "under", "until", "unless", "up", "upon", "us", "used", "using", "usually", "very", "via", "want", "wanted", "was", "way", "we", "we're", "well", "went", "were", "what", "when", "where", "whether", "which", "while", "who", "whole", "whom", "whose", "why", "will", "wise", "with", "within", "without", "woman", "won't", "working", "would", "writing", "wrote", "yes", "yet", "yesterday", "you", "you're", "young", "your", "yours", "yourself", "unfortunately", "essentially", "absolutely", "gonna", "wanna", "kinda", "el", "la", "los", "las", "un", "una", "y", "o", "de", "del", "que", "en", "con", "por", "para", "es", "le", "les", "un", "une", "et", "ou", "du", "des", "qui", "dans", "avec", "pour", "est", "der", "die", "das", "ein", "eine", "und", "oder", "von", "mit", "zu", "ist"]
)


@dataclass(frozen=True)
class Lexicon:
    """Word lists from the configuration and the list of first names, folded for comparing."""

    words: Words
    first_names: frozenset[str]

    @cached_property
    def ambiguous(self) -> frozenset[str]:
        """Names that are everyday words too."""
        return frozenset(folded(word) for word in self.words.ambiguous_names)

    @cached_property
    def plain_first_names(self) -> frozenset[str]:
        """First names that are nothing else, so that they count in lower case as well."""
        return self.first_names - self.ambiguous - NEVER_NAMES

    def is_ordinary(self, token: str) -> bool:
        """Whether a folded word says nothing alone: too short, a function word, or ambiguous."""
        return len(token) < 3 or token in NEVER_NAMES or token in self.ambiguous


def load_lexicon(words: Words) -> Lexicon:
    """The configuration's words with the package's list of first names."""
    lines = FIRST_NAMES_PATH.read_text(encoding="utf-8").splitlines()
    names = {folded(name) for line in lines if not line.startswith("#") for name in line.split()}
    return Lexicon(words=words, first_names=frozenset(names))
