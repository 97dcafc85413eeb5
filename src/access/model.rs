//! Accounts, roles, permissions and the person behind a request. Pure.

use chrono::{DateTime, TimeDelta, Utc};

use crate::patients::model::PatientId;
use crate::settings::model::Clinic;
use crate::{ids, words};

ids! {
    /// An account: someone who can sign in.
    AccountId,
    /// One sign-in on one device.
    SignInId,
    /// A one-time code.
    CodeId,
}

words! {
    /// Staff accounts hold roles; a patient's account reaches that patient's own pages.
    pub enum AccountKind { Staff = "staff" => "Staff", Patient = "patient" => "Patient" }
}

words! {
    /// Whether an account may sign in.
    pub enum AccountState { Active = "active" => "Active", Deactivated = "deactivated" => "Deactivated" }
}

words! {
    /// What a one-time code is for.
    pub enum CodePurpose {
        Activate = "activate" => "First password",
        Reset = "reset" => "New password",
        Setup = "setup" => "First administrator",
    }
}

words! {
    /// What a member of staff is here for. One account may hold several.
    pub enum Role {
        Admin = "admin" => "Administrator",
        Doctor = "doctor" => "Doctor",
        Nurse = "nurse" => "Nurse",
        Pharmacist = "pharmacist" => "Pharmacist",
        LabAttendant = "lab_attendant" => "Lab attendant",
        Receptionist = "receptionist" => "Receptionist",
        Cashier = "cashier" => "Cashier",
    }
}

words! {
    /// One thing that a role allows. The matrix is [`Role::may`]; administrators see it as a page.
    pub enum Permission {
        ManageStaff = "manage_staff" => "Create, change and deactivate staff accounts",
        ManageSettings = "manage_settings" => "Change the clinic's settings, hours and holidays",
        ManagePoints = "manage_points" => "Maintain service points and rooms, pair displays",
        ManageUniversity = "manage_university" => "Maintain faculties, departments, levels and sessions",
        ImportStudents = "import_students" => "Import students from a file",
        ReadAudit = "read_audit" => "Read the audit trail",
        FindPatients = "find_patients" => "Find patients by name, number or card",
        RegisterPatients = "register_patients" => "Register patients and edit their details",
        IssueCodes = "issue_codes" => "Give patients a one-time code to sign in",
        OpenRecords = "open_records" => "Open a patient's record with clinical content",
        RecordVitals = "record_vitals" => "Take vital signs",
        WriteNotes = "write_notes" => "Write and sign notes",
        Consult = "consult" => "Consult: decide, order and sign",
        RecordProcedures = "record_procedures" => "Do procedures and record what was used",
        ManageProcedures = "manage_procedures" => "Change prices and supplies of procedures",
        IssueLetters = "issue_letters" => "Issue visit verifications and referrals",
        ReadPrescriptions = "read_prescriptions" => "Read prescriptions with allergies, weight and pregnancy",
        Dispense = "dispense" => "Give out medicines, take them back, ask the prescriber",
        ManageMedicines = "manage_medicines" => "Maintain the catalogue of medicines",
        ReadStock = "read_stock" => "See what is in stock and every movement",
        ManageStock = "manage_stock" => "Receive, correct, transfer, count and recall stock",
        ApproveStock = "approve_stock" => "Approve corrections and stocktakes of somebody else",
        KeepRecords = "keep_records" => "Seal records and review emergency openings",
        DeactivatePatients = "deactivate_patients" => "Deactivate patients",
        SeeAppointments = "see_appointments" => "See appointments and the calendar",
        BookForPatients = "book_for_patients" => "Book, move and cancel for patients",
        OverrideBooking = "override_booking" => "Book against a limit, with a reason",
        OwnAvailability = "own_availability" => "Set the own weekly hours and time away",
        ManageAvailability = "manage_availability" => "Set anyone's hours, make and block slots",
        CheckIn = "check_in" => "Check people in and add walk-ins",
        SeeQueue = "see_queue" => "Watch the queues",
        WorkQueue = "work_queue" => "Call, serve and pass on patients",
        SettleVisits = "settle_visits" => "See to visits that the day closed by itself",
        RaisePriority = "raise_priority" => "Raise a patient's priority, with a reason",
        OrderTests = "order_tests" => "Order laboratory tests and review their results",
        CollectSamples = "collect_samples" => "Take samples and print their labels",
        WorkLab = "work_lab" => "Receive samples, enter, verify and correct results, keep health records",
        ManageCatalogue = "manage_catalogue" => "Change prices and what the laboratory offers",
        ReadMoney = "read_money" => "See what a visit costs, invoices and balances",
        TakePayments = "take_payments" => "Make out invoices, take payments, keep a shift",
        ApproveMoney = "approve_money" => "Approve discounts, waivers and refunds of somebody else",
        ManagePrices = "manage_prices" => "Set prices, tax, schemes and coverage",
    }
}

impl Role {
    /// Whether the role allows it (rules A1: deny by default; the administrator of the system has no clinical content).
    pub fn may(self, permission: Permission) -> bool {
        use Permission::*;
        let allowed: &[Permission] = match self {
            Role::Admin => &[
                ManageStaff,
                ManageSettings,
                ManagePoints,
                ManageUniversity,
                ImportStudents,
                ReadAudit,
                FindPatients,
                RegisterPatients,
                IssueCodes,
                KeepRecords,
                DeactivatePatients,
                SeeAppointments,
                ManageAvailability,
                SeeQueue,
                SettleVisits,
                ManageCatalogue,
                ManageProcedures,
                ReadMoney,
                ApproveMoney,
                ManagePrices,
                ReadStock,
                ApproveStock,
            ],
            Role::Receptionist => &[
                ImportStudents,
                FindPatients,
                RegisterPatients,
                IssueCodes,
                SeeAppointments,
                BookForPatients,
                OverrideBooking,
                CheckIn,
                SeeQueue,
                WorkQueue,
                SettleVisits,
                RaisePriority,
                ReadMoney,
            ],
            Role::Doctor => &[
                FindPatients,
                OpenRecords,
                RecordVitals,
                WriteNotes,
                Consult,
                IssueLetters,
                RecordProcedures,
                ReadPrescriptions,
                SeeAppointments,
                BookForPatients,
                OverrideBooking,
                OwnAvailability,
                SeeQueue,
                WorkQueue,
                RaisePriority,
                OrderTests,
                ReadStock,
            ],
            Role::Nurse => &[
                FindPatients,
                OpenRecords,
                RecordVitals,
                RecordProcedures,
                ManageProcedures,
                WriteNotes,
                ReadPrescriptions,
                SeeAppointments,
                CheckIn,
                SeeQueue,
                WorkQueue,
                RaisePriority,
                CollectSamples,
                ReadStock,
            ],
            Role::LabAttendant => {
                &[FindPatients, SeeQueue, WorkQueue, CollectSamples, WorkLab, ManageCatalogue, ReadStock]
            }
            Role::Pharmacist => &[
                FindPatients,
                SeeQueue,
                WorkQueue,
                ReadPrescriptions,
                ManageMedicines,
                Dispense,
                ReadStock,
                ManageStock,
                ApproveStock,
            ],
            Role::Cashier => &[FindPatients, SeeQueue, WorkQueue, ReadMoney, TakePayments, ApproveMoney],
        };
        allowed.contains(&permission)
    }
}

/// Roles as the trail stores them, in the words of people: `doctor,lab_attendant` is `Doctor, lab attendant`. What
/// acts without an account has words too.
pub fn spoken_roles(stored: &str) -> String {
    let word = |word: &str| match (word.parse::<Role>(), word) {
        (Ok(role), _) => role.label().to_lowercase(),
        (Err(_), "system") => "by itself".to_owned(),
        (Err(_), "operator") => "at the server".to_owned(),
        (Err(_), "public") => "not signed in".to_owned(),
        (Err(_), other) => other.replace('_', " "),
    };
    let words: Vec<String> = stored.split(',').map(|one| word(one.trim())).collect();
    let words = words.join(", ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

/// The roles of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// Reads comma-separated words.
    pub fn from_list(list: &str) -> Self {
        Self::of(list.split(','))
    }

    /// Reads words. One that this version does not know gives nothing.
    pub fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut roles: Vec<Role> = words.filter_map(|word| word.parse().ok()).collect();
        roles.sort();
        Roles(roles)
    }

    /// Whether one of them is `role`.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether one of them allows it.
    pub fn may(&self, permission: Permission) -> bool {
        self.0.iter().any(|role| role.may(permission))
    }

    /// In the order of [`Role::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
}

/// The person behind a signed-in request, read from the database for this very request (R4).
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account.
    pub account: AccountId,
    /// The sign-in this request belongs to.
    pub sign_in: SignInId,
    /// Staff or patient.
    pub kind: AccountKind,
    /// The name people read.
    pub name: String,
    /// Empty for patients.
    pub roles: Roles,
    /// The patient, for a patient's account.
    pub patient: Option<PatientId>,
    /// Whether an administrator entered an own record or a relative's, which stay closed at work (rule A7).
    pub has_own: bool,
    /// What the last answer wanted to say on the next page.
    pub flash: Option<String>,
    /// When the password was last given.
    pub proved_at: DateTime<Utc>,
    /// Whether the desk is locked: nothing but the lock is shown.
    pub locked: bool,
}

impl Actor {
    /// Whether the actor's roles allow it.
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.may(permission)
    }

    /// Whether it is a member of staff.
    pub fn is_staff(&self) -> bool {
        self.kind == AccountKind::Staff
    }

    /// The roles as stored in the trail.
    pub fn role_words(&self) -> String {
        match self.kind {
            AccountKind::Patient => "patient".to_owned(),
            AccountKind::Staff => {
                let words: Vec<&str> = self.roles.iter().map(Role::as_str).collect();
                words.join(",")
            }
        }
    }

    /// The roles as people read them.
    pub fn role_labels(&self) -> String {
        let labels: Vec<&str> = self.roles.iter().map(Role::label).collect();
        labels.join(", ")
    }
}

/// An administrator's browser left alone is signed out sooner than anybody else's.
pub const ADMIN_IDLE_MINUTES: i64 = 10;

/// How long a sign-in lasts without a request, and altogether (reliability, ASVS 7.3.1 and 7.3.2).
#[derive(Debug, Clone, Copy)]
pub struct Lifetime {
    /// Without any request.
    pub idle: TimeDelta,
    /// Altogether.
    pub absolute: TimeDelta,
}

impl Lifetime {
    /// The clinic's idle times (minutes), for administrators never more than [`ADMIN_IDLE_MINUTES`]; 12 hours
    /// altogether, 8 for administrators.
    pub fn of(kind: AccountKind, roles: &Roles, clinic: &Clinic) -> Self {
        let (idle, hours) = match kind {
            AccountKind::Patient => (clinic.patient_idle_minutes, 12),
            AccountKind::Staff if roles.has(Role::Admin) => {
                (clinic.staff_idle_minutes.min(ADMIN_IDLE_MINUTES), 8)
            }
            AccountKind::Staff => (clinic.staff_idle_minutes, 12),
        };
        Lifetime { idle: TimeDelta::minutes(idle), absolute: TimeDelta::hours(hours) }
    }

    /// Whether a sign-in made at `created` and last used at `seen` is over at `now`.
    pub fn is_over(&self, created: DateTime<Utc>, seen: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        now - seen >= self.idle || now - created >= self.absolute
    }
}
