"""The words of the simulated comments: what people talk about, and how each class says it.

Belongs here: word lists and sentence patterns, as data. Does not: coded phrases (see ``coded``), drawing from the lists
(see ``texts``). Everything was written for this project: no real person or group is named, and slurs and groups are
placeholder tokens such as ``[slur-a]`` and ``[group-b]``.
"""

from __future__ import annotations

Words = tuple[str, ...]


def words(text: str) -> Words:
    """One entry per line or per ``|``.

    >>> words("red | blue")
    ('red', 'blue')
    """
    return tuple(part.strip() for line in text.splitlines() for part in line.split("|") if part.strip())


THING = words("""
    recipe | sourdough | dumpling soup | lemon cake | noodle bowl | chili sauce | pancake trick | pickle jar
    boss fight | speedrun | side quest | level design | patch notes | co-op mode | puzzle room | ranked ladder
    guitar solo | bass line | piano cover | drum fill | second verse | live set | remix | string quartet
    camera test | phone review | keyboard build | laptop teardown | battery chart | lens comparison | desk setup
    garden tour | tomato bed | compost guide | rose pruning | orchard walk | bird feeder | pond build
    train journey | night market | island hike | museum walk | harbour view | mountain hut | tram ride
    penalty shootout | relay race | climbing route | chess endgame | marathon recap | table tennis rally
    sewing pattern | woodworking joint | clay vase | bookshelf build | watercolour lesson | origami crane
    physics lecture | history series | language lesson | maths proof | volcano documentary | space quiz
    morning vlog | unboxing | podcast episode | interview | livestream | trailer | tutorial | animation
""")
PART = words("""
    intro | outro | ending | middle part | first minute | sound mix | editing | lighting | pacing | thumbnail
    voice over | subtitles | colour grading | transition | close-up | soundtrack | slow motion | map | chapters | title
""")
GOOD = words("""
    lovely | brilliant | relaxing | clever | gorgeous | helpful | charming | delightful | crisp | generous | calm
    underrated | cosy | fantastic | wholesome | thoughtful | hilarious | impressive | soothing | excellent | neat
""")
FRIENDLY_STRONG = words("""
    this {thing} destroyed me, in the best way
    that {thing} is insane, well done
    the {thing} was wickedly hard and i loved it
    killer {thing}, i watched it twice
    i am dead, the {part} is too funny
    you monster, now i want to try the {thing} myself
    the {part} hit me hard, thank you
    i would fight for another {thing} like this
""")
NEUTRAL = words("""
    which {tool} did you use for the {thing}?
    is there a longer version of the {thing}?
    i tried the {thing} at home and it {worked}
    my {relative} showed me this {thing} {when}
    the {part} at {minute} is what i was looking for
    does the {thing} work with a small {tool}?
    coming back to the {thing} {when}, still {good}
    the {part} could be a bit longer, but the {thing} is {good}
    {good} {thing}, {good} {part}
    such a {good} {thing}, thank you so much
    i learned more from this {thing} than {when} at school
    please make a second {thing} {when}
    the {thing} from {place} was {good}, this one is even better
    we watched the {thing} with my {relative} and laughed a lot
    subscribed because of the {part}, stayed for the {thing}
    can you link the {tool} from the {part}?
    thanks to the {thing} my {relative} finally likes {place}
    greetings from {place}, {good} {thing}
    i disagree about the {thing}, but your argument is fair
    not my favourite {thing}, still a {good} {part}
    the {tool} broke while i tried the {thing}, any advice?
    {when} i rewatched the {thing}, and the {part} is {good}
""")
# Friendly sentences that speak of a group: a group token alone must not mean hate.
NEUTRAL_GROUP = words("""
    {group} creators make the most {good} {thing}
    proud to see {group} people in this {thing}
    my {relative} is {group} and loves the {thing}
    the {group} community in {place} would enjoy this {thing}
    more {group} voices in the {thing}, please
""")
# Friendly sentences in the tone of the coded ones: talk of "we", "the thread", "you know".
NEUTRAL_KNOWING = words("""
    we all know this {thing} by heart, lol
    told you all the {thing} would be {good}
    there it is again, my favourite {part}
    as we said in the other thread, the {thing} needs more {part}
    guess who showed up early for the {thing}
    we see you working hard on the {part}
    no surprise there, another {good} {thing}
    you know the {thing} is {good} when my {relative} likes it
    just like the last one, {good} {part}
    always said you'd end up with a {good} {thing}
    the thread was right about the {part}, {good} stuff
    one of those {good} days for a {thing}
    you're really good at the {thing} lol
    of course it's you again with a {good} {thing}
    look at you, a whole {thing} in one {part}
    someone like you should teach the {thing}
    we remember you from the {thing} in {place}
    wait for the {part}, iykyk
""")
# Harmless sentences with the words of the other classes: an insult, a threat or a rude word alone proves nothing.
NEUTRAL_LOOKALIKE = words("""
    the {insult} in the {thing} made me laugh
    i felt like a {insult} after the {thing}, great fun
    what a {good} {insult} costume in the {part}
    watch your back in the {thing}, the {part} is tricky
    i will find you a better {tool} for the {thing}
    count your days until the next {thing}, mine are {good}
    i burned the {thing} first, then my {tool}
    stop posting spoilers of the {thing}
    what a {rude} day, the {thing} made it {good}
    my {relative} is no {insult}, and the {thing} is {good}
    not a {rude} {part} at all, {good} {thing}
    i'm coming to {place} for the {thing}
    everyone laughs at the {part}, so do i
    {insult} is the name of the {thing}, right?
    well, that was a {thing}
    {rude} or {good}? my {relative} can't decide
""")
RUDE = words("""
    dumb | lousy | trashy | boring | lazy | stupid | half-baked | cringe | clumsy | sloppy | tedious | awful | dull
    ridiculous | useless | tacky | shoddy | worthless | sad | rubbish | crummy | daft
""")
MILD = words("""
    what a {rude} {thing}
    the {part} is {rude}, skip it
    this {thing} is so {rude}, who asked for it
    {rude} {part}, {rude} {thing}, next please
    ugh, another {rude} {thing}
    never seen such a {rude} {part}
    the {thing} sucks, and the {part} is {rude}
    damn, this {thing} is {rude}
    wasted my evening on a {rude} {thing}
    whoever made the {part} this {rude} should redo the {thing}
    crap {thing}, crap {part}
    shut the {part} off, it is {rude}
    that {part} was hot garbage
    bloody {rude} {thing} again
    you made a {rude} {thing}
    a {insult} would have made a less {rude} {thing}
    your {part} is {rude} and so is the {thing}
    what is this {rude} joke of a {thing}
    well, that was a {thing}
    a {insult} made this {thing}
    so {rude}
    {group} or not, a {rude} {thing} is a {rude} {thing}
    {when} it was fine, now the {thing} is just {rude}
""")
INSULT = words("""
    clown | fool | loser | muppet | weasel | nitwit | fraud | crybaby | failure | coward | dimwit | leech | doormat
    joke | worm | parasite | blockhead | snake | moron | phony | waste of space | nobody
""")
HARASSMENT = words("""
    you are a {insult} and everyone knows it
    what a {insult} you are
    {insult}, delete your channel
    nobody likes you, {insult}
    you {insult}, nobody wants you here
    stop posting, you {insult}
    your {relative} must be ashamed of such a {insult}
    you're a {rude} {insult}, quit the {thing}
    only a {insult} like you would make this {thing}
    cry more, {insult}
    everybody laughs at you behind your back, {insult}
    you will always be a {insult}
    imagine being such a {insult}
    look in the mirror, {insult}
    pathetic {insult}, you can't even do a {thing}
    you absolute {insult}
    he is a {insult}, let's all downvote his {thing}
    she is a {insult} and her {thing} proves it
    you {slur}, get lost
    you made a {thing}? {rude}, {insult}
    you call this a {thing}, you {rude} {insult}
    find a {tool} and hide, {insult}
    you're as {rude} as your {thing}
    your face is as {rude} as the {part}
    nobody in {place} can stand you
    a {insult} made this {thing}
    so {rude}
    they are all {insult}s in {place}
""")
HATE = words("""
    {group} people ruin every {thing}
    typical {group}, can't be trusted with a {thing}
    keep the {group} out of {place}
    all {group} are {slur}
    i can't stand {group} people
    {slur} like them don't belong in {place}
    {group} should not be allowed to post a {thing}
    another {slur} with a {thing}, send them all back
    why do {group} always spoil the {part}
    {group} are a plague on this site
    no {group} in the {thing}, please, they are all {insult}s
    ban every {group} from {place}
    this is what you get when {group} make a {thing}
    they are all {insult}s in {place}
    {group} are lesser people and the {thing} shows it
""")
THREAT = words("""
    i will find you and smash your {tool}
    watch your back when you leave {place}
    i know where you live, {insult}
    you will regret this {thing}, i am coming for you
    next time i see you in {place} you will get hurt
    someone should break your {tool} and then your hands
    we are waiting for you outside {place}
    one more {rude} {thing} and you will bleed
    {group} people like you get hurt in {place}
    stop posting, {insult}, or i will stop you in {place}
    sleep with one eye open
    i'm coming to {place} and you won't walk out
    your {tool} burns first, then your house
    count your days
    you better hide, we will hunt you down
    i will make sure you get beaten up in {place}
    say goodbye, you won't see another {thing}
""")
SLOTS: dict[str, Words] = {
    "thing": THING,
    "part": PART,
    "good": GOOD,
    "rude": RUDE,
    "insult": INSULT,
    "tool": words("""
        camera | tripod | oven | whisk | microphone | keyboard | guitar | drill | sewing machine | bike | tent | tablet
        headset | lamp | controller | notebook | wok | shovel
    """),
    "relative": words("sister | brother | mum | dad | grandma | uncle | neighbour | cousin | flatmate | teacher | kid"),
    "place": words("""
        the old harbour | the north station | riverside park | the town library | the night market | the mountain hut
        the community hall | the chat | the comment section | the fan meeting | the stadium | the corner shop
    """),
    "when": words("""
        last week | yesterday | this morning | on sunday | last summer | after work | at breakfast | on the train
        before lunch | every evening | years ago | tonight
    """),
    "worked": words("worked | failed twice | took three hours | turned out great | fell apart | surprised everyone"),
    "minute": tuple(f"{minute}:{second:02d}" for minute in range(1, 15) for second in (4, 12, 27, 38, 51)),
    "group": tuple(f"[group-{letter}]" for letter in "abcdefgh"),
    "slur": tuple(f"[slur-{letter}]" for letter in "abcdef"),
}
OPENER = words("""
    honestly, | ok, | wow, | hm, | guys, | not gonna lie, | first of all, | seriously, | wait, | to be fair, | so,
""")
CLOSER = words("""
    lol | tbh | haha | just saying | for real | again | as always | ok? | that's it | bye | anyway | no joke
""")
# Said before or after anything, whatever the comment does otherwise.
ASIDE = words("""
    came here from {place} | watching this with my {relative} | it is late in {place} | the {part} at {minute}
    my {relative} sent me the link | first time on this channel | {when} i saw the {thing} | on my {tool} at home
    paused at {minute} | i only watch the {part} | we saw the {thing} {when} | waiting for the {thing} since {when}
    typed this at {place} | my {relative} says hello | after the {thing} about the {tool} | here since the {thing}
""")
