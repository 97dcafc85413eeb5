//! A full list that the clinic is entitled to, and how quickly it is searched.

use std::time::Instant;

use infirmary::access::model::AccountId;
use infirmary::app::App;
use infirmary::db::{DbKind, sql};
use infirmary::diagnoses::codes::{Imported, ensure_catalogue, import};
use infirmary::diagnoses::model::{CodeFile, System};
use infirmary::web::paths::diagnoses::OPTIONS;
use sqlx::{Connection, Row as _};

use crate::support::Clinic;

async fn taken(app: &App, text: &str, dry_run: bool) -> Imported {
    let file = CodeFile::read(text.as_bytes(), None).unwrap();
    import(app, System::Icd10, &file, dry_run, |_| {}).await.unwrap()
}

/// As many codes as a national edition has, with words that repeat as they do there.
fn national_edition(codes: usize) -> String {
    const PLACES: [&str; 12] = [
        "femur", "tibia", "humerus", "skull", "hand", "foot", "pelvis", "rib", "spine", "knee", "elbow",
        "wrist",
    ];
    const KINDS: [&str; 10] = [
        "fracture",
        "dislocation",
        "sprain",
        "burn",
        "infection",
        "neoplasm",
        "contusion",
        "wound",
        "ulcer",
        "pain",
    ];
    let mut text = String::from("Code;Title\n");
    for at in 0..codes {
        let letter = char::from(b'A' + (at / 2_700) as u8);
        let (place, kind) = (PLACES[at % 12], KINDS[at / 7 % 10]);
        text += &format!(
            "{letter}{:02}.{:02};Unspecified {kind} of {place}, initial encounter, variant {at}\n",
            at / 27 % 100,
            at % 27
        );
    }
    text
}

/// How PostgreSQL and SQLite go about the search.
async fn plan(clinic: &Clinic) -> String {
    let text = format!(
        "explain {} {}",
        if clinic.app.db.kind() == DbKind::Sqlite { "query plan" } else { "" },
        infirmary::diagnoses::FIND_SQL
    );
    if clinic.app.db.kind() == DbKind::Sqlite {
        let mut db = sqlx::SqliteConnection::connect(&clinic.database_url).await.unwrap();
        let rows = sqlx::query(&text).fetch_all(&mut db).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
    } else {
        let mut db = sqlx::PgConnection::connect(&clinic.database_url).await.unwrap();
        let bound = ["fracture", "fracture\u{10FFFF}", "femur", "femur\u{10FFFF}", "", "", "", ""];
        let query = bound.iter().fold(sqlx::query(&text), |query, word| query.bind(*word));
        let rows =
            query.bind(1_i64).bind("fracture").bind(8_i64).bind(12_i64).fetch_all(&mut db).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
    }
}

both! {
    async fn the_same_file_twice_changes_nothing_and_another_title_is_taken_over(clinic) {
        let app = &clinic.app;
        let text = "Code,Title\nA00,Cholera\nA01,Typhoid and paratyphoid\nA54.9,Gonococcal infection\n";
        let dry = taken(app, text, true).await;
        assert_eq!((dry, clinic.count("select count(*) from diagnosis_code").await), (Imported { new: 3, renamed: 0, same: 0 }, 0));
        assert_eq!(taken(app, text, false).await, Imported { new: 3, renamed: 0, same: 0 });
        let trail = clinic.count("select count(*) from audit_entry where action = 'diagnosis.codes_imported'").await;
        assert_eq!(trail, 1);
        assert_eq!(taken(app, text, false).await, Imported { new: 0, renamed: 0, same: 3 });
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'diagnosis.codes_imported'").await, trail);
        let sensitive = sql("select code from diagnosis_code where sensitive").scalars::<String>(&app.db).await.unwrap();
        assert_eq!(sensitive, ["A54.9"]);
        let newer = "Code,Title\nA00,Cholera due to vibrio\nA02,Salmonella\n";
        assert_eq!(taken(app, newer, false).await, Imported { new: 1, renamed: 1, same: 0 });
        // What the newer file leaves out stays: visits may name it.
        assert_eq!(clinic.count("select count(*) from diagnosis_code").await, 4);
        assert_eq!(clinic.count("select count(*) from diagnosis_word where word = 'vibrio'").await, 1);
        assert_eq!(clinic.count("select count(*) from diagnosis_word where word = 'cholera'").await, 1);
    }

    async fn what_was_diagnosed_keeps_the_term_it_was_chosen_by(clinic) {
        let room = clinic.consulting_room().await;
        taken(&clinic.app, "Code,Title\nQ99.9,An old title\n", false).await;
        room.diagnose("Q99.9").await.expect(303);
        room.sign().await.expect(303);
        taken(&clinic.app, "Code,Title\nQ99.9,A new title\n", false).await;
        assert_eq!(clinic.diagnosed(room.visit).await[0].0, "An old title");
        let error = sql("delete from diagnosis_code where code = 'Q99.9'").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("foreign_key"), "{error}");
    }

    async fn seventy_thousand_codes_are_searched_by_their_words(clinic) {
        ensure_catalogue(&clinic.app.db).await.unwrap();
        let began = Instant::now();
        let done = taken(&clinic.app, &national_edition(70_000), false).await;
        println!("{:?}: {} codes imported in {:?}", clinic.app.db.kind(), done.new, began.elapsed());
        assert_eq!(done.new, 70_000);
        let plan = plan(&clinic).await;
        println!("{:?}:\n{plan}", clinic.app.db.kind());
        let scans = ["SCAN c", "SCAN w", "SCAN s", "Seq Scan on diagnosis_word"];
        assert!(!scans.iter().any(|scan| plan.contains(scan)), "{plan}");
        let doctor = clinic.doctor().await;
        let _: AccountId = sql("select id from account where sign_in_name = 'doctor'").scalar(&clinic.app.db).await.unwrap();
        for typed in ["fracture femur variant", "malaria", "unsp", "pain knee", "variant 69999", "A10.1"] {
            let began = Instant::now();
            let seen = doctor.get(&format!("{OPTIONS}?q={}", infirmary::web::paths::encoded(typed))).await;
            let took = began.elapsed();
            println!("{:?}: {typed:?} took {took:?}", clinic.app.db.kind());
            assert!(!seen.texts("li").is_empty(), "{typed}");
            assert!(took.as_millis() < 2_000, "{typed} took {took:?}");
        }
    }
}
