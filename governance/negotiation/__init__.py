"""How an agreement comes about, holds and ends: offers in turn, signatures, suspension, withdrawal, amendment."""
