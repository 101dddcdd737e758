//! Tests of the wire types: one file for each family, and one of properties. Expected values are written
//! by hand.
