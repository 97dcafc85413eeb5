//! The clinic itself: settings, hours, holidays, places, reasons, university, staff.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};

use super::names::Chance;
use super::university::{FACULTIES, LEVELS};
use super::{Filling, row};
use crate::db::DbError;
use crate::patients::model::fold;
use crate::settings::model::Clinic;

/// Points by id: name, kind, rooms.
pub(super) const POINTS: [(&str, &str, &[&str]); 6] = [
    ("Reception", "reception", &["Desk 1", "Desk 2"]),
    ("Triage", "triage", &["Vitals room"]),
    ("Consulting", "consulting", &["Room 1", "Room 2", "Room 3", "Room 4"]),
    ("Laboratory", "laboratory", &["Sample room"]),
    ("Pharmacy", "pharmacy", &["Window 1", "Window 2"]),
    ("Cashier", "cashier", &["Cash desk"]),
];

const REASONS: [(&str, i64, &str, bool, bool); 8] = [
    ("Feeling unwell", 30, "What troubles you, and since when?", true, false),
    ("Follow-up visit", 30, "What was the last visit about?", true, false),
    ("Medical examination", 30, "Which form do you bring?", true, false),
    ("Injury or wound care", 30, "What happened?", true, false),
    ("Immunisation", 15, "Which one?", true, false),
    ("Stress, sleep or mood", 30, "", true, true),
    ("Prescription renewal", 15, "Which medicine?", true, false),
    ("Referred by another clinic", 30, "", false, false),
];

/// How many visit reasons there are.
pub(super) const REASON_COUNT: i64 = REASONS.len() as i64;

/// Staff of the small clinic: sign-in name, name, role, what they are.
const STAFF: [(&str, &str, &str, &str); 13] = [
    ("admin", "Fọlákẹ́ Adéyẹmí", "admin", "Clinic manager"),
    ("reception", "Hadiza Ndagi", "receptionist", "Front desk"),
    ("nurse", "Ngozi Eze", "nurse", "Triage nurse"),
    ("doctor", "Adébáyọ̀ Ọláwálé", "doctor", "General practice"),
    ("lab", "Yahaya Tsado", "lab_attendant", "Laboratory"),
    ("pharmacy", "Chidinma Okafor", "pharmacist", "Pharmacy"),
    ("cashier", "Ometere Onimisi", "cashier", "Cash office"),
    ("dr.bello", "Zainab Bello", "doctor", "Family medicine"),
    ("dr.nwosu", "Ikenna Nwosu", "doctor", "Internal medicine"),
    ("dr.ajayi", "Yẹ́misí Àjàyí", "doctor", "Women's health"),
    ("nurse.gana", "Salamatu Gana", "nurse", "Wound care"),
    ("desk.lawal", "Aminu Lawal", "receptionist", "Front desk"),
    ("lab.musa", "Musa Ibrahim", "lab_attendant", "Laboratory"),
];

const ACCOUNT: &[&str] = &[
    "id",
    "kind",
    "sign_in_name",
    "name",
    "search_words",
    "title",
    "specialty",
    "qualifications",
    "licence_number",
    "practising_since",
    "phone",
    "password_hash",
    "created_at",
    "updated_at",
];

/// What a doctor of a specialty has passed, and for how many years they have practised.
fn training(specialty: &str) -> (&'static str, i32) {
    match specialty {
        "Family medicine" => ("MBBS, FWACP (Family Medicine)", 14),
        "Internal medicine" => ("MBBS, FMCP", 11),
        "Women's health" => ("MBChB, FWACS", 17),
        _ => ("MBBS", 6),
    }
}

/// Accounts of the doctors of the small clinic, by id.
pub(super) const DOCTORS: [i64; 4] = [4, 8, 9, 10];
/// Who works at each point, by the point's id; consulting rooms have [`DOCTORS`].
pub(super) const AT_POINT: [i64; 6] = [2, 3, 4, 5, 6, 7];

/// The clinic's settings.
pub(super) fn settings(now: DateTime<Utc>) -> Clinic {
    Clinic {
        name: "University of Ìlọrin Clinic".to_owned(),
        address: "Health Services Road, Main Campus, Ìlọrin".to_owned(),
        phone: "+234 803 555 0100".to_owned(),
        notice: "Yellow fever certificates: bring your passport on Tuesdays.".to_owned(),
        is_demo: true,
        ..Clinic::fresh(now)
    }
}

fn at(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
}

const HOLIDAYS: [(u32, u32, &str); 6] = [
    (1, 1, "New Year"),
    (5, 1, "Workers' Day"),
    (6, 12, "Democracy Day"),
    (10, 1, "Independence Day"),
    (12, 25, "Christmas"),
    (12, 26, "Boxing Day"),
];

/// Whether the clinic is closed on a day to come.
pub(super) fn is_holiday(day: NaiveDate) -> bool {
    HOLIDAYS.iter().any(|(month, date, _)| (*month, *date) == (day.month(), day.day()))
}

/// Hours, holidays, points, rooms, reasons, faculties, departments, levels, sessions.
pub(super) async fn places(filling: &mut Filling) -> Result<(), DbError> {
    let hours = (1..=7_i64).map(|weekday| match weekday {
        6 => row![weekday, at(9, 0), at(14, 0)],
        7 => row![weekday, at(10, 0), at(13, 0)],
        _ => row![weekday, at(8, 0), at(18, 0)],
    });
    filling.put("opening_hours", &["weekday", "opens", "closes"], hours.collect()).await?;
    let year = filling.today.year();
    let mut holidays = Vec::new();
    for (month, day, name) in HOLIDAYS {
        for year in [year, year + 1] {
            let day = NaiveDate::from_ymd_opt(year, month, day);
            if let Some(day) = day.filter(|day| *day > filling.today) {
                holidays.push(row![day, name]);
            }
        }
    }
    filling.holidays = holidays.len();
    filling.put("holiday", &["day", "name"], holidays).await?;
    let mut points = Vec::new();
    let mut rooms = Vec::new();
    for (id, (name, kind, its_rooms)) in (1_i64..).zip(POINTS) {
        points.push(row![id, name, name, kind, id]);
        for room in its_rooms {
            rooms.push(row![rooms.len() as i64 + 1, id, *room]);
        }
    }
    filling.put("service_point", &["id", "name", "public_name", "kind", "position"], points).await?;
    filling.put("room", &["id", "point_id", "name"], rooms).await?;
    let reasons = (1_i64..).zip(REASONS).map(|(id, (name, minutes, question, online, seals))| {
        row![id, name, minutes, question, online, seals, id]
    });
    filling
        .put(
            "visit_reason",
            &["id", "name", "minutes", "question", "bookable_online", "seals_visit", "position"],
            reasons.collect(),
        )
        .await?;
    university(filling).await
}

async fn university(filling: &mut Filling) -> Result<(), DbError> {
    let mut faculties = Vec::new();
    let mut departments = Vec::new();
    for (id, (name, _, its_departments)) in (1_i64..).zip(FACULTIES) {
        faculties.push(row![id, name]);
        for (department, _) in its_departments {
            departments.push(row![departments.len() as i64 + 1, id, *department]);
        }
    }
    filling.put("faculty", &["id", "name"], faculties).await?;
    filling.put("department", &["id", "faculty_id", "name"], departments).await?;
    let levels = (1_i64..).zip(LEVELS).map(|(id, name)| row![id, name, id]);
    filling.put("study_level", &["id", "name", "position"], levels.collect()).await?;
    let first = session_year(filling.today) - 6;
    let sessions =
        (0..7_i32).map(|at| row![i64::from(at) + 1, format!("{}/{}", first + at, first + at + 1), at == 6]);
    filling.put("academic_session", &["id", "name", "is_current"], sessions.collect()).await
}

/// The year in which the present session began: sessions begin in September.
pub(super) fn session_year(today: NaiveDate) -> i32 {
    if today.month() >= 9 { today.year() } else { today.year() - 1 }
}

/// Staff accounts, their roles and stations; `more` doctors beyond the twelve.
pub(super) async fn staff(filling: &mut Filling, hash: &str, more: usize) -> Result<(), DbError> {
    let mut accounts = Vec::new();
    let mut roles = Vec::new();
    let mut chance = Chance::new(7);
    let year = filling.today.year();
    let long_ago = filling.now - chrono::TimeDelta::days(400);
    let mut add = |sign_in: &str, name: &str, role: &'static str, what: &str, phone: String| {
        let id = accounts.len() as i64 + 1;
        let (title, specialty) = if role == "doctor" { ("Dr", what) } else { ("", "") };
        let words = fold(&format!("{name} {sign_in}"));
        let (passed, licence, since) = match training(specialty) {
            (passed, years) if role == "doctor" => {
                (passed, format!("MDCN {}", 41_870 + id * 613), Some(i64::from(year - years)))
            }
            _ => ("", String::new(), None),
        };
        accounts.push(row![
            id, "staff", sign_in, name, words, title, specialty, passed, licence, since, phone, hash,
            long_ago, long_ago
        ]);
        roles.push(row![id, role]);
        id
    };
    for (sign_in, name, role, what) in STAFF {
        add(sign_in, name, role, what, chance.phone());
    }
    let mut doctors = DOCTORS.to_vec();
    for at in 0..more {
        let name = chance.name();
        doctors.push(add(
            &format!("dr.{}", at + 5),
            &format!("{} {}", name.given, name.family),
            "doctor",
            "General practice",
            chance.phone(),
        ));
    }
    filling.doctors = doctors;
    filling.put("account", ACCOUNT, accounts).await?;
    filling.put("account_role", &["account_id", "role"], roles).await?;
    let since = filling.clinic.start_of(filling.today);
    let desks = [
        (2_i64, 1_i64, 1_i64),
        (12, 1, 2),
        (3, 2, 3),
        (4, 3, 4),
        (8, 3, 5),
        (9, 3, 6),
        (10, 3, 7),
        (5, 4, 8),
        (13, 4, 8),
        (6, 5, 9),
        (7, 6, 11),
    ];
    let stations = desks.map(|(account, point, room)| row![account, point, room, since]);
    filling.put("station", &["account_id", "point_id", "room_id", "since"], stations.to_vec()).await
}
