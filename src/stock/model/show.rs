//! What of the list is shown.

crate::words! {
    /// What of the list is shown.
    pub enum Show {
        All = "all" => "Everything that is kept",
        Low = "low" => "Low or out",
        Out = "out" => "Nothing usable",
        Soon = "soon" => "Expires soon",
        Expired = "expired" => "Holds expired units",
        Held = "held" => "On hold, recalled or in quarantine",
        Medicines = "medicine" => "Medicines",
        Supplies = "supply" => "Supplies",
        Equipment = "equipment" => "Equipment",
        Ended = "ended" => "No longer kept",
    }
}
