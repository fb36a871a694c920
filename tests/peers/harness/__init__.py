"""What the peer tests share: ports, processes, scripted origins, tallies. Python 3 standard library only."""
