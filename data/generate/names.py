"""Word lists of the demo: given names with nicknames, surnames, streets, cities, companies.

Nothing here is a person. Lists are ordered from common to rare: position sets the weight.
"""

from __future__ import annotations

from itertools import product
from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WOMEN: Final = _words(
    """Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty
    Sandra Margaret Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie
    Rebecca Sharon Laura Cynthia Dorothy Amy Kathleen Angela Shirley Emma Brenda Pamela Nicole
    Anna Samantha Katherine Christine Debra Rachel Carolyn Janet Maria Olivia Heather Helen
    Catherine Diane Julie Victoria Joyce Lauren Kelly Christina Ruth Joan Virginia Judith Evelyn
    Hannah Andrea Megan Cheryl Jacqueline Madison Teresa Abigail Sophia Martha Sara Gloria Janice
    Kathryn Ann Isabella Judy Charlotte Julia Grace Amber Alice Jean Denise Frances Danielle
    Marilyn Natalie Beverly Diana Brittany Theresa Kayla Alexis Doris Lori Tiffany Zoë Renée
    Chloé Ines Priya Mei Fatima Yuki Aisha Leticia Guadalupe Ximena"""
)
MEN: Final = _words(
    """James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel
    Matthew Anthony Mark Donald Steven Andrew Paul Joshua Kenneth Kevin Brian Timothy Ronald
    George Jason Edward Jeffrey Ryan Jacob Nicholas Gary Eric Jonathan Stephen Larry Justin Scott
    Brandon Benjamin Samuel Gregory Alexander Patrick Frank Raymond Jack Dennis Jerry Tyler Aaron
    Jose Adam Nathan Henry Zachary Douglas Peter Kyle Noah Ethan Jeremy Christian Walter Keith
    Austin Roger Terry Sean Gerald Carl Dylan Harold Jordan Jesse Bryan Lawrence Arthur Gabriel
    Bruce Logan Billy Joe Alan Juan Elijah Willie Albert Wayne Randy Mason Vincent Liam Roy Bobby
    Caleb Bradley Russell Lucas José Raúl André Jürgen Wei Arjun Omar Hiroshi Kofi Mateo"""
)
NICKNAMES: Final = {
    given: tuple(short.split())
    for given, short in {
        "Elizabeth": "Liz Beth Betsy Lizzie", "Patricia": "Pat Patty Trish",
        "Jennifer": "Jen Jenny",
        "Barbara": "Barb", "Susan": "Sue Susie", "Jessica": "Jess", "Margaret": "Maggie Peggy Meg",
        "Kimberly": "Kim", "Deborah": "Deb Debbie", "Debra": "Deb Debbie", "Stephanie": "Steph",
        "Rebecca": "Becky Becca", "Cynthia": "Cindy", "Dorothy": "Dot Dottie", "Kathleen": "Kathy",
        "Angela": "Angie", "Pamela": "Pam", "Samantha": "Sam", "Katherine": "Kate Kathy Katie",
        "Christine": "Chris Chrissy", "Catherine": "Cathy Kate", "Victoria": "Vicky Tori",
        "Christina": "Tina Chris", "Virginia": "Ginny", "Judith": "Judy", "Jacqueline": "Jackie",
        "Teresa": "Terri Tess", "Abigail": "Abby", "Kathryn": "Kate Kathy", "Charlotte": "Lottie",
        "Frances": "Fran", "Danielle": "Dani", "Natalie": "Nat", "Theresa": "Terri",
        "Amanda": "Mandy",
        "Alexis": "Lexi", "Madison": "Maddie", "Sandra": "Sandy", "Michelle": "Shelly",
        "Nancy": "Nan",
        "James": "Jim Jimmy Jamie", "Robert": "Bob Rob Bobby", "John": "Jack Johnny",
        "Michael": "Mike Mick", "David": "Dave", "William": "Bill Will Billy",
        "Richard": "Rick Dick",
        "Joseph": "Joe Joey", "Thomas": "Tom Tommy", "Christopher": "Chris Topher",
        "Charles": "Charlie Chuck", "Daniel": "Dan Danny", "Matthew": "Matt", "Anthony": "Tony",
        "Donald": "Don", "Steven": "Steve", "Stephen": "Steve", "Andrew": "Andy Drew",
        "Joshua": "Josh",
        "Kenneth": "Ken Kenny", "Timothy": "Tim", "Ronald": "Ron", "Edward": "Ed Ted Eddie",
        "Jeffrey": "Jeff", "Jacob": "Jake", "Nicholas": "Nick", "Jonathan": "Jon", "Larry": "Lars",
        "Benjamin": "Ben", "Samuel": "Sam", "Gregory": "Greg", "Alexander": "Alex Xander",
        "Patrick": "Pat", "Raymond": "Ray", "Nathan": "Nate", "Henry": "Hank", "Zachary": "Zach",
        "Douglas": "Doug", "Peter": "Pete", "Walter": "Walt", "Gerald": "Jerry",
        "Lawrence": "Larry",
        "Arthur": "Art", "Gabriel": "Gabe", "Albert": "Al Bert", "Vincent": "Vince",
        "Bradley": "Brad",
        "Russell": "Russ", "Lucas": "Luke",
    }.items()
}  # fmt: skip
_COMMON_SURNAMES = _words(
    """Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez
    Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson
    White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres
    Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez
    Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy
    Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward
    Richardson Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez
    Castillo Sanders Patel Myers Long Ross Foster O'Brien Núñez Peña Müller McDonald Zhang Singh
    Kowalski Okafor Tanaka Haddad Silva Rossi Novak Johansson Van-Dyke"""
)
_STEMS = _words(
    """Ash Barn Black Brad Brom Burn Clay Cran Dun East El Fair Far Gart Glen Hal Hart Hay
    Hol Kel Kirk Lang Lin Mar Mel Mil New Nor Oak Pem Pres Rad Red Rock Row Shel Sher Stan Sut
    Thorn Tur Wal War Wes Whit Win Wood Yar Yel"""
)
_ENDINGS = _words(
    """ton ley ford well field wood man son worth by ham dale land brook er ridge croft
    more stead wick"""
)
SURNAMES: Final = tuple(
    dict.fromkeys([*_COMMON_SURNAMES, *(stem + end for end, stem in product(_ENDINGS, _STEMS))])
)
STREETS: Final = tuple(
    f"{name} {kind}"
    for name, kind in product(
        _words(
            """Oak Maple Cedar Pine Elm Park Lake Hill Main Church Mill River Spring Walnut Sunset
        Highland Franklin Jefferson Madison Lincoln Washington Chestnut Willow Birch Meadow Forest
        Ridge Valley Prospect Union Center Grant Harrison Monroe Laurel Dogwood Magnolia Juniper
        Orchard Quarry Canal Harbor Bridge Mason Summit Vine Locust Poplar Holly Hickory"""
        ),
        _words("Street Avenue Road Drive Lane Court Place Boulevard"),
    )
)
STREET_SHORT: Final = {
    "Street": "St", "Avenue": "Ave", "Road": "Rd", "Drive": "Dr", "Lane": "Ln", "Court": "Ct",
    "Place": "Pl", "Boulevard": "Blvd",
}  # fmt: skip
# city, region, first three digits of the postcode, telephone area code
CITIES: Final = tuple(
    (city.replace("_", " "), region, zip3, area)
    for city, region, zip3, area in (
        line.split()
        for line in """New_York NY 100 212;Brooklyn NY 112 718;Los_Angeles CA 900 213
        Chicago IL 606 312;Houston TX 770 713;Phoenix AZ 850 602;Philadelphia PA 191 215
        San_Antonio TX 782 210;San_Diego CA 921 619;Dallas TX 752 214;Austin TX 787 512
        Jacksonville FL 322 904;Columbus OH 432 614;Charlotte NC 282 704;Indianapolis IN 462 317
        Seattle WA 981 206;Denver CO 802 303;Boston MA 021 617;Nashville TN 372 615
        Detroit MI 482 313;Portland OR 972 503;Memphis TN 381 901;Louisville KY 402 502
        Baltimore MD 212 410;Milwaukee WI 532 414;Albuquerque NM 871 505;Tucson AZ 857 520
        Fresno CA 937 559;Sacramento CA 958 916;Kansas_City MO 641 816;Atlanta GA 303 404
        Omaha NE 681 402;Raleigh NC 276 919;Miami FL 331 305;Oakland CA 946 510
        Minneapolis MN 554 612;Tulsa OK 741 918;Tampa FL 336 813;New_Orleans LA 701 504
        Cleveland OH 441 216;Honolulu HI 968 808;Cincinnati OH 452 513;Pittsburgh PA 152 412
        Newark NJ 071 973;Orlando FL 328 407;Buffalo NY 142 716;Richmond VA 232 804
        Boise ID 837 208;Spokane WA 992 509;Rochester NY 146 585""".replace("\n", ";").split(";")
        if line.strip()
    )
)
FREE_MAIL: Final = _words(
    "gmail.com gmail.com gmail.com yahoo.com outlook.com hotmail.com icloud.com aol.com"
)
MAILBOX_WORDS: Final = _words(
    """bluefox sunnyday rockstar gardener bookworm hiker skater pixel moonlight tiger coffee
    guitar runner sailor comet maple otter falcon biscuit pepper"""
)
_COMPANY_HEADS = (
    *_words(
        """Harbor Summit Cedar Northwind Bluebird Lakeside Ironwood Redstone Silverline Granite
    Evergreen Clearwater Meadow Pioneer Beacon Copper"""
    ),
    *SURNAMES,
)
_COMPANY_KINDS = _words("Foods Logistics Design Dental Hardware Media Partners Travel Energy Books")
INDUSTRIES: Final = (
    "retail",
    "logistics",
    "services",
    "health",
    "manufacturing",
    "media",
    "travel",
)
JOB_TITLES: Final = ("Owner", "Manager", "Engineer", "Teacher", "Nurse", "Accountant", "Designer",
                     "Sales Associate", "Analyst", "Director", "Consultant")  # fmt: skip
PRODUCTS: Final = ("Trail Mug", "Linen Throw", "Desk Lamp", "Canvas Tote", "Herb Planter",
                   "Wool Beanie", "Oak Tray", "Rain Jacket", "Reading Light",
                   "Field Notebook")  # fmt: skip
CAMPAIGNS: Final = ("Spring Launch", "Summer Sale", "Back to School", "Holiday Gifts", "Winback",
                    "Loyalty Week")  # fmt: skip


def company_name(nth: int) -> str:
    """Return the name of company `nth`; names are distinct for the first ten thousand.

    >>> company_name(0)
    'Harbor Foods'
    """
    rounds, head = divmod(nth, len(_COMPANY_HEADS))
    return f"{_COMPANY_HEADS[head]} {_COMPANY_KINDS[(head + rounds) % len(_COMPANY_KINDS)]}"
