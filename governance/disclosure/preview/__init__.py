"""What proposed terms would let out, before anybody signs: worked out from one holder's own records alone.

`markets` assumes who else is there, `scenario` makes the others' records out of the holder's own, `proposed` says which
rules the terms and the voted floors make, `measures` how much would be left, `outlook` all of it together with words.
"""
