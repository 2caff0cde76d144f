"""The log of the commons: every decision at an exit and every act of a member, as leaves of one Merkle tree."""
