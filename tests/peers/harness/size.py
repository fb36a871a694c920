def play(room, arguments, tally): pass
