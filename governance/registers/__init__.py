"""What the commons tells the public of itself: the register of processing, the yearly evaluation, who gives and uses.

All of it is computed from the records by pure functions, says where it knows nothing, and holds no number from which an
operator's volumes could be worked out.
"""
