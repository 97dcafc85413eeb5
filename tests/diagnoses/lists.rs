//! Finding a diagnosis: words in any order, codes, what is used most first; the list that ships.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::diagnoses::codes::ensure_catalogue;
use infirmary::web::paths::diagnoses::OPTIONS;

use crate::support::{Browser, Clinic};

async fn offered(browser: &Browser, typed: &str) -> Vec<String> {
    let seen = browser.get(&format!("{OPTIONS}?q={}", infirmary::web::paths::encoded(typed))).await;
    seen.expect(200);
    seen.texts("li strong")
}

async fn used(clinic: &Clinic, name: &str, term: &str, times: i64) {
    sql("insert into diagnosis_use (account_id, code_id, uses, last_at)
         select a.id, c.id, $3, $4 from account a, diagnosis_code c where a.sign_in_name = $1 and c.term = $2")
        .bind(name)
        .bind(term)
        .bind(times)
        .bind(clinic.app.clock.now())
        .run(&clinic.app.db)
        .await
        .unwrap();
}

both! {
    async fn the_list_that_ships_is_put_into_empty_places_once_and_never_over_the_clinics_own(clinic) {
        ensure_catalogue(&clinic.app.db).await.unwrap();
        let count = "select count(*) from diagnosis_code";
        let all = clinic.count(count).await;
        assert!(all > 450, "{all}");
        sql("update diagnosis_code set active = $1, plain_name = 'Our words' where term = 'Typhoid fever'")
            .bind(false)
            .run(&clinic.app.db)
            .await
            .unwrap();
        let (one, two) = tokio::join!(ensure_catalogue(&clinic.app.db), ensure_catalogue(&clinic.app.db));
        one.unwrap();
        two.unwrap();
        assert_eq!(clinic.count(count).await, all);
        assert_eq!(clinic.count("select count(*) from diagnosis_code where plain_name = 'Our words'").await, 1);
    }

    async fn two_nodes_that_start_at_once_fill_the_list_once(clinic) {
        let db = &clinic.app.db;
        let (one, two, three) = tokio::join!(ensure_catalogue(db), ensure_catalogue(db), ensure_catalogue(db));
        for done in [one, two, three] {
            done.unwrap();
        }
        let twice = "select count(*) from (select 1 from diagnosis_code group by code, term having count(*) > 1) d";
        assert_eq!(clinic.count(twice).await, 0);
        assert!(clinic.count("select count(*) from diagnosis_word").await > 2_000);
    }

    async fn a_diagnosis_is_found_by_words_in_any_order_synonyms_plain_names_and_codes(clinic) {
        let room = clinic.consulting_room().await;
        for (typed, term) in [
            ("falciparum uncomplicated", "Uncomplicated falciparum malaria"),
            ("MAL unc", "Uncomplicated falciparum malaria"),
            ("plasmodiasis", "Uncomplicated falciparum malaria"),
            ("B50.9", "Uncomplicated falciparum malaria"),
            ("b509", "Uncomplicated falciparum malaria"),
            ("entéric", "Typhoid fever"),
            ("fever of the typhoid", "Typhoid fever"),
        ] {
            let found = offered(&room.browser, typed).await;
            assert!(found.iter().any(|one| one == term), "{typed}: {found:?}");
        }
        assert!(offered(&room.browser, "nobody ever had this").await.is_empty());
        assert!(offered(&room.browser, " ,;").await.is_empty());
        assert!(offered(&room.browser, "a").await.len() <= 12);
    }

    async fn what_one_uses_oneself_comes_first_then_what_the_clinic_uses_then_the_own_list(clinic) {
        let room = clinic.consulting_room().await;
        clinic.doctor_named("Bello").await;
        sql("insert into diagnosis_code (system, code, term, plain_name) values ('icd10', 'B53.8', 'Malaria from a book', 'Malaria')")
            .run(&clinic.app.db).await.unwrap();
        sql("insert into diagnosis_word (word, code_id) select 'malaria', id from diagnosis_code where code = 'B53.8'")
            .run(&clinic.app.db).await.unwrap();
        let found = offered(&room.browser, "malaria").await;
        assert_eq!(found.last().map(String::as_str), Some("Malaria from a book"), "{found:?}");
        sql("update diagnosis_code set uses = 50 where code = 'B53.8'").run(&clinic.app.db).await.unwrap();
        let name: String = sql("select sign_in_name from account where id = $1").bind(room.doctor).scalar(&clinic.app.db).await.unwrap();
        used(&clinic, &name, "Severe falciparum malaria", 2).await;
        let found = offered(&room.browser, "malaria").await;
        assert_eq!(&found[..2], ["Severe falciparum malaria", "Malaria from a book"], "{found:?}");
    }

    async fn what_is_not_offered_any_more_is_not_found(clinic) {
        let room = clinic.consulting_room().await;
        sql("update diagnosis_code set active = $1 where term = 'Typhoid fever'").bind(false).run(&clinic.app.db).await.unwrap();
        let found = offered(&room.browser, "typhoid fever").await;
        assert!(!found.contains(&"Typhoid fever".to_owned()), "{found:?}");
        room.diagnose("Typhoid fever").await.expect(422);
    }

    async fn only_who_consults_searches_and_each_search_is_one_question(clinic) {
        let room = clinic.consulting_room().await;
        for role in [Role::Receptionist, Role::Nurse, Role::Cashier, Role::Admin, Role::Pharmacist, Role::LabAttendant] {
            let browser = clinic.signed_in(&format!("not.{}", role.as_str()), &[role]).await;
            browser.get(&format!("{OPTIONS}?q=mal")).await.expect(403);
        }
        let answer = room.browser.request(reqwest::Method::GET, &format!("{OPTIONS}?q=mal")).send().await.unwrap();
        let queries: u32 = answer.headers().get("x-queries").unwrap().to_str().unwrap().parse().unwrap();
        assert!(queries <= 3, "{queries}");
    }
}
