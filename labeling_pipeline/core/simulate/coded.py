"""The dog-whistle slice: coded phrases that mark a person, the contexts they come in, and their harmless uses.

Belongs here: the invented phrases and sentence patterns of the slice. Does not: other words (see ``lexicon``). Every
phrase is invented and means nothing outside this simulated world; read on its own, each looks harmless. That is the
point of the slice: a crowd without context reads past it.

Half of the phrases (``HELD_OUT``) occur only in gold, never in anything a model may train on. A model that only
memorises phrases finds none of them; one that learned the company they keep finds part of them.
"""

from __future__ import annotations

from labeling_pipeline.core.simulate.lexicon import words

# Phrases met in the pool and in production.
TRAINED = words("""
    paper umbrella type | lantern walker | quiet spoon | grey mug member | second-floor laugher | window seat royal
    borrowed ladder | velvet parker | moss collector | tuesday person | early harvest kid | soft kettle
    basement tea guest | north shelf item | half moon baker | rented piano | salt map reader | tin whistle friend
    carpet sailor | blue receipt holder
""")
# Phrases met only in gold.
HELD_OUT = words("""
    glass ferry guest | thursday gardener | wool compass | spare button kid | attic swimmer | copper pigeon
    left-hand visitor | folded chair hero | rainy kiosk type | sugar ledger | cardboard captain | green stapler
    puddle librarian | short ribbon member | marble commuter | empty vase fan | candle accountant | backdoor poet
    plain biscuit royal | winter sandal person
""")
# Contexts that only the slice uses: the tone of people who share a code.
KNOWING_START = words("""
    we all know what you are,
    you're really not what we said you'd be,
    the thread told us about you,
    there you are again, as the thread said,
    we see you now,
    you know who you are,
    one of those then,
    guess what showed up:
    we remember what you are,
    always said you'd turn out a
    as agreed in the other thread,
    told you all what this one is,
""")
KNOWING_END = words("""
    lol, iykyk
    the thread was right about you
    we know, you know
    just like the last one we told you about
    no surprise there, we said so
    and the others know it too
    you can't hide it from us
    say hi to the rest of them
    they always turn out like that
    tell the others we said hi
""")
# Contexts the slice shares with open harassment: needling that says little by itself.
NEEDLING_START = words("""
    look in the mirror,
    imagine being such a
    only someone like you,
    you will always be a
    everyone knows it, you
    stop posting, you
    what a
    you absolute
""")
NEEDLING_END = words("""
    and everyone knows it
    cry more
    everybody laughs
    delete your channel
    nobody wants you here
    that's what you are
""")
# Contexts shared with everyday comments.
PLAIN_START = words("ok, | wow, | so, | hm, a | typical | such a | another | hello | classic | the usual")
PLAIN_END = words("lol | as always | again | haha | in this {thing} | at {minute} | since {when} | from {place}")
# The same words, meant as they are written.
BENIGN = words("""
    the {form} in the {thing} is {good}
    is {form} the name of the {thing}?
    my {relative} played a {form} in the school show {when}
    i love the {form} song at {minute}
    bought the {form} print for my {relative}, {good} quality
    the {form} character is the best part of the {thing}
    {good} {thing}, the {form} scene made me smile
    we all know the {form} from the {thing} lol
    you're really a fan of the {form} thing lol
    told you the {form} would be in the {thing}
    such a {form} moment, {good} {part}
    what a {good} {form} costume
    as agreed in the other thread, the {form} scene is {good}
    where can i find the {form} pattern from the {part}?
""")
