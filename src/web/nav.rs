//! Where a person can go: the rail of staff and the four places of patients. Nobody sees a link that would refuse them.

use super::Page;
use super::paths::{
    self, access, audit, billing, laboratory, letters, patients, pharmacy, prescribing, procedures, queue,
    record, scheduling, settings, stock,
};
use crate::access::model::Permission;

/// A link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it says.
    pub label: &'static str,
    /// Its symbol in the sprite.
    pub icon: &'static str,
    /// Where it leads.
    pub path: &'static str,
    /// `page`, `true` or empty, for `aria-current`.
    pub current: &'static str,
}

/// Links that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The heading; empty for the first group.
    pub label: &'static str,
    /// Its links.
    pub items: Vec<Item>,
}

type Entry = (&'static str, &'static str, &'static str, Option<Permission>);

const RAIL: [(&str, &[Entry]); 6] = [
    ("", &[("Today", "home", paths::HOME, None)]),
    (
        "Stations",
        &[
            ("Arrivals", "reception", queue::ARRIVALS, Some(Permission::CheckIn)),
            ("Queues", "users", queue::QUEUES, Some(Permission::SeeQueue)),
            ("Laboratory", "lab", laboratory::WORKLIST, Some(Permission::CollectSamples)),
            ("Results", "lab", laboratory::REVIEWS, Some(Permission::OrderTests)),
            ("Pharmacy", "pharmacy", pharmacy::WORKLIST, Some(Permission::Dispense)),
            ("Prescriptions", "record", prescribing::FIND, Some(Permission::ReadPrescriptions)),
            ("Cashier", "cashier", billing::WORKLIST, Some(Permission::ReadMoney)),
        ],
    ),
    (
        "Money",
        &[
            ("Shifts", "clock", billing::SHIFTS, Some(Permission::ReadMoney)),
            ("Till", "chart", billing::TILL, Some(Permission::ReadMoney)),
            ("Approvals", "check", billing::APPROVALS, Some(Permission::ApproveMoney)),
            ("Claims", "transfer", billing::CLAIMS, Some(Permission::ReadMoney)),
            ("Prices", "card", billing::PRICES, Some(Permission::ManagePrices)),
            ("Schemes", "users", billing::SCHEMES, Some(Permission::ManagePrices)),
        ],
    ),
    (
        "Stock",
        &[
            ("Stock", "box", stock::STOCK, Some(Permission::ReadStock)),
            ("Expiry", "clock", stock::ENDING, Some(Permission::ManageStock)),
            ("Orders", "truck", stock::ORDERS, Some(Permission::ManageStock)),
            ("Transfers", "transfer", stock::TRANSFERS, Some(Permission::ManageStock)),
            ("Stocktakes", "done", stock::COUNTS, Some(Permission::ApproveStock)),
            ("Corrections", "undo", stock::CORRECTIONS, Some(Permission::ApproveStock)),
            ("Stores", "pin", stock::STORES, Some(Permission::ManageStock)),
        ],
    ),
    (
        "Records",
        &[
            ("Health records", "record", laboratory::HEALTH_RECORDS, Some(Permission::WorkLab)),
            ("Turn-around", "clock", laboratory::TIMES, Some(Permission::WorkLab)),
            ("Tests", "lab", laboratory::CATALOGUE, Some(Permission::ManageCatalogue)),
            ("Procedures", "record", procedures::CATALOGUE, Some(Permission::ManageProcedures)),
            ("Medicines", "pharmacy", prescribing::MEDICINES, Some(Permission::ReadPrescriptions)),
            ("Available medicines", "box", prescribing::AVAILABLE, Some(Permission::SeeQueue)),
            ("Patients", "user", patients::INDEX, Some(Permission::FindPatients)),
            ("Appointments", "record", scheduling::APPOINTMENTS, Some(Permission::SeeAppointments)),
            ("Calendar", "calendar", scheduling::CALENDAR, Some(Permission::SeeAppointments)),
            ("Doctors", "doctor", scheduling::DOCTORS, Some(Permission::SeeAppointments)),
            ("My hours", "clock", scheduling::AVAILABILITY, Some(Permission::OwnAvailability)),
        ],
    ),
    (
        "Administration",
        &[
            ("Staff accounts", "users", access::STAFF, Some(Permission::ManageStaff)),
            ("Students", "users", patients::STUDENTS, Some(Permission::ImportStudents)),
            ("University", "record", patients::UNIVERSITY, Some(Permission::ManageUniversity)),
            ("Doctors' hours", "clock", scheduling::AVAILABILITY, Some(Permission::ManageAvailability)),
            ("Service points", "place", settings::POINTS, Some(Permission::ManagePoints)),
            ("Displays", "screen", queue::DISPLAYS, Some(Permission::ManagePoints)),
            ("Visit reasons", "book", settings::REASONS, Some(Permission::ManageSettings)),
            ("Verifications", "record", letters::RULES, Some(Permission::ManageSettings)),
            ("Permissions", "audit", access::PERMISSIONS, Some(Permission::ManageStaff)),
            ("Emergencies", "warn", record::REVIEWS, Some(Permission::KeepRecords)),
            ("Audit trail", "audit", audit::INDEX, Some(Permission::ReadAudit)),
            ("Settings", "settings", settings::SETTINGS, Some(Permission::ManageSettings)),
        ],
    ),
];

const PLACES: [Entry; 4] = [
    ("Home", "home", paths::HOME, None),
    ("Book", "book", scheduling::BOOK, None),
    ("Your place", "place", queue::MY_PLACE, None),
    ("Card", "card", patients::MY_CARD, None),
];

/// Pages whose address begins elsewhere than that of the place they belong to: how it begins, how it ends, the place.
const BELONGS: [(&str, &str, &str); 22] = [
    ("/visits/", "/consultation", queue::QUEUES),
    ("/prescriptions/", "/dispensing", pharmacy::WORKLIST),
    ("/prescriptions/", "/queries", pharmacy::WORKLIST),
    ("/prescriptions/lines/", "/state", pharmacy::WORKLIST),
    ("/prescriptions/lines/", "/reservation", pharmacy::WORKLIST),
    ("/dispensings/", "", pharmacy::WORKLIST),
    ("/visits/", "/bill", billing::WORKLIST),
    ("/invoices/", "", billing::WORKLIST),
    ("/invoice-lines/", "", billing::WORKLIST),
    ("/receipts/", "", billing::WORKLIST),
    ("/payments/", "", billing::WORKLIST),
    ("/patients/", "/account", billing::WORKLIST),
    ("/patients/", "/wallet", billing::WORKLIST),
    ("/claim-batches/", "", billing::CLAIMS),
    ("/money-rules", "", billing::PRICES),
    ("/stock/batches/", "", stock::STOCK),
    ("/stock/receipts/", "", stock::STOCK),
    ("/stock/reorder", "", stock::ORDERS),
    ("/lab/samples/", "", laboratory::WORKLIST),
    ("/medicines/rules", "", settings::SETTINGS),
    ("/lab/rules", "", settings::SETTINGS),
    ("/stock/rules", "", settings::SETTINGS),
];

impl Page {
    fn item(&self, (label, icon, path, _): &Entry) -> Item {
        let home =
            BELONGS.iter().find(|(from, to, _)| self.path.starts_with(from) && self.path.ends_with(to));
        let current = match home {
            Some((_, _, place)) if place == path => "true",
            Some(_) => "",
            None => self.current(path),
        };
        Item { label, icon, path, current }
    }

    /// The rail of a member of staff.
    pub fn rail(&self) -> Vec<Group> {
        let allowed = |entry: &&Entry| entry.3.is_none_or(|permission| self.may(permission));
        let groups = RAIL.iter().map(|(label, entries)| {
            let mut items: Vec<Item> = entries.iter().filter(allowed).map(|entry| self.item(entry)).collect();
            items.dedup_by_key(|item| item.path);
            Group { label, items }
        });
        groups.filter(|group| !group.items.is_empty()).collect()
    }

    /// The four places of a patient.
    pub fn places(&self) -> Vec<Item> {
        PLACES.iter().map(|entry| self.item(entry)).collect()
    }
}
