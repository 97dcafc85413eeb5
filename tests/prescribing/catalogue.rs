//! The catalogue of medicines (PH1).

use infirmary::db::sql;

use crate::support::{AMOXICILLIN, Clinic};

const NEW: [(&str, &str); 13] = [
    ("generic", "testomycin"),
    ("strength", "250 mg"),
    ("form", "tablet"),
    ("route", "oral"),
    ("unit", "tablet"),
    ("pack", "20"),
    ("step", "1"),
    ("ingredients", "Testomycin"),
    ("classes", "macrolide"),
    ("pregnancy", "caution"),
    ("brands", "Testobrand"),
    ("price", "1,250.50"),
    ("active", "yes"),
];

both! {
    async fn the_catalogue_that_ships_is_put_in_once_and_never_over_what_the_clinic_changed(clinic) {
        let db = &clinic.app.db;
        let (one, other) = futures::join!(
            infirmary::prescribing::ensure_catalogue(db),
            infirmary::prescribing::ensure_catalogue(db)
        );
        one.and(other).unwrap();
        let shipped = clinic.count("select count(*) from medicine").await;
        assert!(shipped >= 180, "{shipped}");
        sql("update medicine set price = 12345 where code = 'amoxicillin-500mg-capsule'").run(db).await.unwrap();
        infirmary::prescribing::ensure_catalogue(db).await.unwrap();
        assert_eq!(clinic.count("select price from medicine where code = 'amoxicillin-500mg-capsule'").await, 12345);
        assert_eq!(clinic.count("select count(*) from medicine").await, shipped);
        assert!(clinic.count("select count(*) from ingredient_class").await > 100);
    }

    async fn the_pharmacist_adds_and_changes_a_medicine_and_doctors_read_it(clinic) {
        let room = clinic.prescribing_room().await;
        let pharmacy = clinic.pharmacist().await;
        let page = pharmacy.get("/medicines/new").await;
        let wrong = [("price", "x"), ("classes", "no_such_class"), ("ingredients", "")];
        let refused = pharmacy.submit(&page, "#medicine", &[wrong.as_slice(), &NEW].concat()).await;
        refused.expect(422);
        assert!(refused.errors().len() >= 2, "{:?}", refused.errors());
        let (one, other) = futures::join!(
            pharmacy.submit(&page, "#medicine", &NEW),
            pharmacy.submit(&page, "#medicine", &NEW)
        );
        assert_eq!((one.status, other.status), (303, 303));
        let id = clinic.count("select id from medicine where generic = 'testomycin'").await;
        assert_eq!(clinic.count("select price from medicine where generic = 'testomycin'").await, 125_050);
        let twice = [("op", "the-same-medicine-again")];
        pharmacy.submit(&page, "#medicine", &[NEW.as_slice(), &twice].concat()).await.expect(409);
        let path = format!("/medicines/{id}");
        let read = room.desk.get(&path).await;
        assert!(read.expect(200).body.contains("Testobrand") && !read.has("#medicine"));
        room.desk.post(&path, &[("op", "a-doctor-changes-it-1")]).await.expect(403);
        room.adds("testobrand").await;
        // The new medicine is checked like the others.
        clinic.is_allergic(room.patient, "medicine", "erythromycin", "mild").await;
        assert!(room.page().await.text("#rx .rx-warning").contains("allergy"));
        let form = pharmacy.get(&path).await;
        pharmacy.submit(&form, "#medicine", &[("active", "")]).await.expect(303);
        let late = [("price", "2"), ("op", "somebody-was-first-1")];
        let stale = pharmacy.submit(&form, "#medicine", &late).await;
        stale.expect(409);
        assert!(stale.body.contains("Somebody else saved this first"));
        room.press("rx.add", &[("rx_medicine", "testomycin")]).await.expect(422);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'medicine.changed'").await, 1);
    }

    async fn a_medicine_that_is_booked_or_signed_stays_what_it_is(clinic) {
        let room = clinic.prescribing_room().await;
        let pharmacy = clinic.pharmacist().await;
        let saves = async |code: &str, fields: &[(&str, &str)]| {
            let id: i64 = sql("select id from medicine where code = $1").bind(code).scalar(&clinic.app.db).await.unwrap();
            let page = pharmacy.get(&format!("/medicines/{id}")).await;
            pharmacy.submit(&page, "#medicine", fields).await
        };
        let kept = "Units of it are in the stock's books, or it is prescribed. Add a new medicine instead";
        room.prescribed(&clinic, AMOXICILLIN).await;
        let signed = saves("amoxicillin-500mg-capsule", &[("strength", "1 g")]).await;
        assert_eq!(signed.expect(422).errors(), [kept]);
        clinic.shelf("ibuprofen-400mg-tablet", "IB1", 300, 20).await;
        let booked = saves("ibuprofen-400mg-tablet", &[("strength", "800 mg"), ("ingredients", "Naproxen")]).await;
        assert_eq!(booked.expect(422).errors(), [kept, kept]);
        assert_eq!(booked.attribute("#strength", "value").as_deref(), Some("800 mg"), "what was typed is kept");
        let raw = sql("update medicine set form = 'capsule' where code = 'ibuprofen-400mg-tablet'").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("medicine_identity"), "{raw}");
        // What it costs and how its name is written stays the pharmacy's, and of what nobody booked everything.
        saves("ibuprofen-400mg-tablet", &[("generic", "IBUprofen"), ("price", "75")]).await.expect(303);
        saves("loratadine-10mg-tablet", &[("strength", "20 mg")]).await.expect(303);
    }

    async fn the_search_finds_by_any_word_and_puts_the_own_usual_ones_first(clinic) {
        let room = clinic.prescribing_room().await;
        let options = async |q: &str| {
            let seen = room.desk.get(&format!("/medicines/options?q={q}")).await;
            seen.expect(200);
            assert!(seen.queries() <= 4, "{} queries", seen.queries());
            seen.texts("li[role=option]")
        };
        assert!(options("amox")  .await.iter().any(|words| words.starts_with("amoxicillin")));
        assert!(options("panadol").await.iter().all(|words| words.contains("paracetamol")));
        assert!(options("caps+500+amox").await[0].contains("amoxicillin"));
        assert!(options("zzzz").await.is_empty() && options("").await.is_empty());
        assert!(options("a").await.len() <= 12);
        let first = options("amox").await[0].clone();
        room.prescribed(&clinic, "amoxicillin 125 mg/5 mL suspension").await;
        let now = options("amox").await[0].clone();
        assert!(now.contains("125 mg/5 mL"), "{first} then {now}");
        let fill = room.desk.get("/medicines/options?q=amoxicillin+500+capsule").await;
        let fill = fill.attribute("li[data-fill]", "data-fill").unwrap();
        let fill: serde_json::Value = serde_json::from_str(&fill).unwrap();
        assert_eq!((fill["rx_dose"].as_str(), fill["rx_times"].as_str()), (Some("1"), Some("3")));
    }

    async fn the_list_has_pages_and_a_search(clinic) {
        let room = clinic.prescribing_room().await;
        let mut seen = room.desk.get("/medicines").await;
        let mut count = 0;
        loop {
            count += seen.texts("tbody tr").len();
            let Some(next) = seen.links(".pagination a").into_iter().next() else { break };
            seen = room.desk.get(&next).await;
            assert!(seen.queries() <= 3, "{} queries", seen.queries());
        }
        assert_eq!(count as i64, clinic.count("select count(*) from medicine").await);
        assert_eq!(room.desk.get(&format!("/medicines?q={}", AMOXICILLIN.replace(' ', "+"))).await.texts("tbody tr").len(), 1);
        assert!(room.desk.get("/medicines?q=unobtainium").await.body.contains("No medicine is called"));
    }
}

/// Thousands of medicines do not make the search slow: it reads by its index.
async fn thousands(clinic: Clinic) {
    let room = clinic.prescribing_room().await;
    let mut tx = clinic.app.db.begin().await.unwrap();
    for number in 0..4_000_i64 {
        sql("insert into medicine (code, generic, strength, form, route, unit, pack, step, ingredients, pregnancy, price, folded)
             values ($1, $2, '500 mg', 'tablet', 'oral', 'tablet', 10, 1, $1, 'ok', 100, $2)")
            .bind(format!("more-{number}"))
            .bind(format!("more{number} 500 mg tablet"))
            .run(&mut tx)
            .await
            .unwrap();
        sql("insert into medicine_term (term, medicine_id) select $1, id from medicine where code = $2")
            .bind(format!("more{number}"))
            .bind(format!("more-{number}"))
            .run(&mut tx)
            .await
            .unwrap();
        sql(
            "insert into medicine_term (term, medicine_id) select 'tablet', id from medicine where code = $1",
        )
        .bind(format!("more-{number}"))
        .run(&mut tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let began = std::time::Instant::now();
    for q in ["amox", "tablet+more39", "500+mg+tablet", "para+500"] {
        room.desk.get(&format!("/medicines/options?q={q}")).await.expect(200);
    }
    assert!(began.elapsed().as_millis() < 2_000, "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_search_stays_quick_with_thousands_of_medicines() {
    thousands(Clinic::on_sqlite().await).await;
}
