"""Asking each feed again when it is time: GBFS by its ttl, GTFS daily, GTFS-RT each half minute."""
