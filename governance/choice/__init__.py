"""How the members decide together: proposals, ballots, the voted rules' history, admission, charter, nested basins."""
