//! Stories of card.
