"""What each figure of the report means, what is good, and what to do when it is not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """One figure in plain words, a sentence each."""

    title: str
    means: str
    good: str
    otherwise: str


MEANINGS = {
    "balance": Meaning(
        "What came in",
        "Every row of every file so far, by source: accepted, in quarantine, a duplicate, set"
        " aside (a bot, an agent, a test) or held with its file. The parts add up to the rows"
        " read: nothing disappears.",
        "Nearly all is accepted or a duplicate; nothing is held.",
        "What is held or in quarantine is under the next heading, with its reason.",
    ),
    "failed": Meaning(
        "Failed rules",
        "Rules that more rows broke than is tolerated, in the newest file of each source, in what"
        " this run judged and in what is held. Columns and rows are compared with the last"
        " deliveries of the source.",
        "None.",
        "Take the first one: it says how many rows, which lines and what to do next.",
    ),
    "time": Meaning(
        "Deliveries over time",
        "By source and delivery, the oldest on the left: rows of the file, and the share of rows"
        " in which a column is blank; the columns that moved most.",
        "Bars of like height from left to right.",
        "A bar in the colour of refusals is a delivery unlike those before it: the failed rule"
        " says in what. Ask the source what it changed.",
    ),
    "identifiers": Meaning(
        "Identifiers kept, refused and generic",
        "Kept values link records. Refused is what is no usable value at all: masked, malformed, a"
        " placeholder, the hash of nothing. Generic is a good value that points to nobody, as too"
        " many hold it; each has its reason further down.",
        "Few are refused, and generic ones are switchboards and role mailboxes.",
        "Many refused mean a wrong column or a masked export. A value that is generic by mistake"
        " goes under `resolve: allow` in `cdp.yaml`, a missing one under `resolve: block`.",
    ),
    "labelled": Meaning(
        "By the word of labels",
        "Records whose person is known, beside the customers they are in: of what was put"
        " together, how much belongs together (precision), and of what belongs together, how much"
        " was put together (recall).",
        "Precision above 0.98 and recall above 0.9; what you need hangs on what a wrong merge"
        " costs you.",
        "Read the mistakes below, the kind with most pairs first. Pairs far below records"
        " (B-cubed) means that a few large customers hold most of the mistakes.",
    ),
    "calibration": Meaning(
        "May the expectation be trusted?",
        "What the match weights promise of links, beside the share of labelled links that are one"
        " person.",
        "Expected and true are a few percent apart in every band with a hundred pairs or more.",
        "Where true is lower, take expected precision elsewhere on this page as too high;"
        " a band with few pairs says nothing.",
    ),
    "wrong": Meaning(
        "Wrong joins",
        "Two known people in one customer, by what joined them; every wrongly joined pair of"
        " labelled records is counted once.",
        "No kind has more than a few.",
        "A declared key: mend the source that gives two people one key. A shared identifier: block"
        " the value or limit it in `cdp.yaml`. A household: map first names and birth dates. A"
        " chain: look at the customer for the record that is of both.",
    ),
    "missed": Meaning(
        "Missed joins",
        "One known person in two customers, by what kept them apart.",
        "Most have no link: their records have nothing in common that a rule could find.",
        "A contradiction: look which of the two records states the wrong value. Review: let a"
        " person judge, or lower `min_match_weight_bits`. No link: map more fields.",
    ),
    "sizes": Meaning(
        "Records per customer",
        "How many customers are made of one record, of two, of three, and so on.",
        "Most customers have few records and the bars fall steadily.",
        "A long tail means that something many people share joins them: look at the largest"
        " customers below; nearly all at one record means that hardly anything was matched:"
        " check that emails, phones and names are mapped in the source contracts.",
    ),
    "links": Meaning(
        "What was decided, and why",
        "Every pair of records that was worth a decision: accepted as one person, refused,"
        " or left to a person to judge.",
        "Accepted links come mostly from keys and rules; few are left to review.",
        "One reason far ahead of all others shows where to look: open its pairs below.",
    ),
    "weights": Meaning(
        "How sure the decisions are",
        "Pairs by match weight in bits: 0 is even odds, and each bit doubles them"
        " (3 bits: 8 to 1; 10 bits: about 1000 to 1).",
        "Two hills with a valley around zero: most pairs are clearly one thing or the other.",
        "A hill around zero means that records say too little to decide: map more fields"
        " (birth date, address, phone) or let a person judge the pairs below.",
    ),
    "expected": Meaning(
        "Expected precision of links",
        "Of the accepted links, the share that should be right if the match weights are taken"
        " at their word; it is an estimate of links, not of whole customers.",
        "Above 95 %.",
        "Judge the weakest accepted links below and find what the wrong ones share; then map a"
        " field that tells those people apart, such as a birth date, a middle name or an address.",
    ),
    "over": Meaning(
        "Too many people in one customer?",
        "Customers of two or more records that go by more different first names (short forms"
        " and initials folded), surnames, postcodes, suffixes or years of birth than one person"
        " usually has.",
        "Nobody, or nearly: at most 0.011 % of customers with more than 3 first names.",
        "Look at the examples with the command beside them; a shared mailbox or phone is the"
        " usual cause.",
    ),
    "under": Meaning(
        "One person in several customers?",
        "Customers that share a full name and an email (or phone) with another customer.",
        "Close to none; father and son of one name are the honest exception.",
        "Look at both customers: the links between them say what kept them apart.",
    ),
    "largest": Meaning(
        "The largest customers",
        "The ten customers with the most records: where too much was joined, it shows here first.",
        "A handful of times the usual size, with one or two first names each.",
        "Look at each with its command; many first names mean that a shared identifier joins"
        " strangers.",
    ),
    "accepted": Meaning(
        "To judge: the weakest accepted links",
        "The twenty links that were accepted with the least evidence; if links are wrong, these"
        " are the likeliest.",
        "At least two of three look right to you.",
        "Map a field that tells the wrong ones apart, or set rows aside that are nobody's; only"
        " if weak links are wrong throughout, raise `min_match_weight_bits` in"
        " `cdp.yaml` to the weight above which they look right.",
    ),
    "refused": Meaning(
        "To judge: the strongest refusals",
        "The twenty pairs with most evidence for a match that were still kept apart, with the"
        " reason.",
        "The reason convinces you: a father and a son, a shared mailbox, two different keys.",
        "If the same reason is wrong again and again, look at the records behind it: a wrong"
        " first name or birth date in one source keeps its whole customer apart.",
    ),
    "review": Meaning(
        "To judge: the strongest left to review",
        "The twenty pairs that nearly made it: too weak to link, too strong to dismiss.",
        "About half of them look like one person.",
        "If nearly all look right, give the records a key or a field that settles it, or lower"
        " `min_match_weight_bits` in `cdp.yaml`; if nearly none, leave it.",
    ),
    "generic": Meaning(
        "Identifiers that point to nobody",
        "Emails, phones and devices that were not used to match, because they are role"
        " mailboxes or too many people hold them.",
        "A few: switchboards, `info@` mailboxes, placeholder numbers.",
        "If one person's own value is here, several people were entered with it: mend the source;"
        " if a placeholder is missing here, it may be behind the largest customers.",
    ),
    "model": Meaning(
        "What the model learned",
        "For each comparison and level, the bits by which it raises or lowers the odds that two"
        " records are one person.",
        "Agreement weighs above zero and disagreement below; rare things weigh most.",
        "A bar on the wrong side means too little to learn from, or a field mapped wrongly.",
    ),
}
"""By section of the page."""
