//! Where a person can go: the rail of staff and the four places of patients. Nobody sees a link that would refuse them.

use super::Page;
use super::paths::{
    self, access, audit, billing, laboratory, letters, patients, prescribing, procedures, queue, record,
    scheduling, settings,
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

const RAIL: [(&str, &[Entry]); 5] = [
    ("", &[("Today", "home", paths::HOME, None)]),
    (
        "Stations",
        &[
            ("Arrivals", "reception", queue::ARRIVALS, Some(Permission::CheckIn)),
            ("Queues", "users", queue::QUEUES, Some(Permission::SeeQueue)),
            ("Laboratory", "lab", laboratory::WORKLIST, Some(Permission::CollectSamples)),
            ("Results", "lab", laboratory::REVIEWS, Some(Permission::OrderTests)),
            ("Prescriptions", "pharmacy", prescribing::FIND, Some(Permission::ReadPrescriptions)),
            ("Cashier", "cashier", billing::WORKLIST, Some(Permission::ReadMoney)),
        ],
    ),
    (
        "Money",
        &[
            ("Shifts", "clock", billing::SHIFTS, Some(Permission::TakePayments)),
            ("Till", "chart", billing::TILL, Some(Permission::ReadMoney)),
            ("Approvals", "check", billing::APPROVALS, Some(Permission::ApproveMoney)),
            ("Claims", "transfer", billing::CLAIMS, Some(Permission::ReadMoney)),
            ("Prices", "card", billing::PRICES, Some(Permission::ManagePrices)),
            ("Schemes", "users", billing::SCHEMES, Some(Permission::ManagePrices)),
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
    ("My place", "place", queue::MY_PLACE, None),
    ("Card", "card", patients::MY_CARD, None),
];

impl Page {
    fn item(&self, (label, icon, path, _): &Entry) -> Item {
        Item { label, icon, path, current: self.current(path) }
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
