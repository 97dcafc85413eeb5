//! Finding patients.

use infirmary::db::Db;
use infirmary::patients;

use crate::support::{ADA, ada_but};

both! {
    async fn a_patient_is_found_by_every_name_and_number(clinic) {
        let desk = clinic.receptionist().await;
        let ada = clinic.registered(&desk, ADA).await;
        let other = ada_but(&[("family_name", "Òbí"), ("given_names", "Chidi"), ("matric_number", "20/30GC114"),
            ("phone", "0803 555 0199"), ("born_year", "2001")]);
        clinic.registered(&desk, &other).await;
        for typed in ["oluwafunmilayo", "ADESINA", "Adéṣínà", "ogun ade", "ade oluwa", "adesina-oguntade",
            "adesinaoguntade", "0805 123", "+234 805 123", "8051239900", "1952ha", "19/52ha0", "p-00001"]
        {
            let page = desk.get(&format!("/patients?q={}", infirmary::web::paths::encoded(typed))).await;
            if let Some(to) = page.leads_to() {
                assert_eq!(to, format!("/patients/{ada}"), "{typed}");
                continue;
            }
            assert_eq!(page.expect(200).links("tbody a"), [format!("/patients/{ada}")], "{typed}");
        }
        for typed in ["19/52 ha001", "P-000001", "p1"] {
            let page = desk.get(&format!("/patients?q={}", infirmary::web::paths::encoded(typed))).await;
            assert_eq!(page.leads_to(), Some(format!("/patients/{ada}")), "{typed}");
        }
        let none = desk.get("/patients?q=zzz").await;
        assert!(none.text(".found").contains("Nobody"));
        let marks = desk.get("/patients?q=%2D%27%2D").await;
        assert!(marks.text(".found").contains("Nobody"));
        let both = desk.get("/patients?q=").await;
        assert_eq!(both.expect(200).links("tbody a").len(), 2);
    }

    async fn a_search_while_typing_gets_the_lines_alone(clinic) {
        let desk = clinic.receptionist().await;
        clinic.registered(&desk, ADA).await;
        let request = desk.request(reqwest::Method::GET, "/patients?q=19/52HA001").header("hx-request", "true");
        let part = desk.send(request, "/patients").await;
        assert!(part.expect(200).body.contains("<mark>") || part.body.contains("19/52HA001"));
        assert!(!part.body.contains("<html"));
    }

    async fn no_sign_of_a_query_language_has_a_meaning(clinic) {
        let desk = clinic.receptionist().await;
        clinic.patient("Ada Obi").await;
        let long = "x".repeat(5_000);
        for typed in ["%", "_", "' or 1=1 --", "ada' --", "\u{10FFFF}", "*", "ada%", &long, "a\0b", "<script>alert(1)</script>"] {
            let page = desk.get(&format!("/patients?q={}", infirmary::web::paths::encoded(typed))).await;
            assert!(page.expect(200).links("tbody a").len() <= 1, "{typed}");
            assert!(!page.body.contains("<script>alert"), "{typed}");
        }
        for bad in ["after=999999", "department=x", "kind=x", "state=x"] {
            desk.get(&format!("/patients?q=ada&{bad}")).await.expect(200);
        }
    }

    async fn lists_go_on_by_pages_and_hold_everybody_once(clinic) {
        let desk = clinic.receptionist().await;
        // Two names that begin alike: each patient is still one line.
        for n in 0..60 {
            clinic.patient(&format!("Adebola{n} Adeyemi")).await;
        }
        let mut next = Some("/patients?q=ade".to_owned());
        let mut seen = std::collections::HashSet::new();
        let mut pages = 0;
        while let Some(path) = next {
            let page = desk.get(&path).await;
            for link in page.expect(200).links("tbody a") {
                assert!(seen.insert(link), "twice");
            }
            let queries: u32 = page.headers["x-queries"].to_str().unwrap().parse().unwrap();
            assert!(queries <= 6, "{queries}");
            next = page.links("nav.pagination a").first().cloned();
            pages += 1;
        }
        assert_eq!((seen.len(), pages), (60, 3));
        // All of one word: a page ends in the middle of it.
        let mut next = Some("/patients?q=adeyemi".to_owned());
        while let Some(path) = next {
            let page = desk.get(&path).await;
            for link in page.expect(200).links("tbody a") {
                assert!(seen.remove(&link), "twice, or somebody else");
            }
            next = page.links("nav.pagination a").first().cloned();
        }
        assert!(seen.is_empty(), "left out: {seen:?}");
        let two = desk.get("/patients?q=adebola7+adeyemi").await;
        assert_eq!(two.links("tbody a").len(), 1);
        let queries: u32 = two.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");
        assert_eq!(desk.get("/patients").await.links("tbody a").len(), 25);
    }

    async fn filters_narrow_and_deactivated_patients_are_left_out(clinic) {
        let desk = clinic.receptionist().await;
        clinic.student("Ada Obi", "19/52HA001").await;
        clinic.patient("Ada Okoro").await;
        let gone = clinic.patient("Ada Gone").await;
        infirmary::db::sql("update patient set state = 'deactivated' where id = $1").bind(gone)
            .run(&clinic.app.db).await.unwrap();
        assert_eq!(desk.get("/patients?q=ada").await.links("tbody a").len(), 2);
        assert_eq!(desk.get("/patients?q=ada&kind=student").await.links("tbody a").len(), 1);
        assert_eq!(desk.get("/patients?q=ada&state=all").await.links("tbody a").len(), 3);
        assert_eq!(desk.get("/patients?q=ada&state=deactivated").await.links("tbody a").len(), 1);
        let found = patients::search_brief(&clinic.app.db, "obi ada", 10).await.unwrap();
        assert_eq!(found.iter().map(patients::Brief::name).collect::<Vec<_>>(), ["Ada Obi"]);
        assert_eq!(patients::find_by_code(&clinic.app.db, "19/52 ha001").await.unwrap(), Some(found[0].id));
    }

    async fn a_word_is_found_by_a_range_of_the_index(clinic) {
        for n in 0..300 {
            clinic.patient(&format!("Given{n} Family{n}")).await;
        }
        let sql = patients::SEARCH_SQL.replace("$10", "0").replace("$14", "26").replace("$13", "null")
            .replace("$11", "''").replace("$12", "'active'").replace("$9", "''")
            .replace("$1 ", "'given7' ").replace("$2 ", "'given7~' ")
            .replace("$3", "''").replace("$4", "''").replace("$5", "''").replace("$6", "''")
            .replace("$7", "''").replace("$8", "''");
        let plan = match &clinic.app.db {
            Db::Sqlite { sessions: read, .. } => {
                let rows: Vec<(i64, i64, i64, String)> =
                    sqlx::query_as(&format!("explain query plan {sql}")).fetch_all(read).await.unwrap();
                rows.into_iter().map(|row| row.3).collect::<Vec<_>>().join("\n")
            }
            Db::Postgres { pool, .. } => {
                sqlx::query("analyze").execute(pool).await.unwrap();
                let rows: Vec<String> = sqlx::query_scalar(&format!("explain {sql}")).fetch_all(pool).await.unwrap();
                rows.join("\n")
            }
        };
        assert!(!plan.contains("SCAN t") && !plan.contains("Seq Scan on patient_term t"), "{plan}");
        assert!(plan.contains("term>") || plan.contains("term >="), "{plan}");
    }
}
