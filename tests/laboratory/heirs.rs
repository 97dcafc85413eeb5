//! Whose results they are after the doctor has changed, and what a critical one looks like (rules A8, L4, L6).

use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::consultation::send_to;

const LETTER: [(&str, &str); 6] = [
    ("to_whom", "Blood clinic, Teaching Hospital"),
    ("question", "Where does she bleed?"),
    ("summary", "Tired for two months"),
    ("urgency", "soon"),
    ("part", "results"),
    ("step", "sign"),
];

both! {
    async fn who_takes_a_visit_over_gets_its_results(clinic) {
        let lab = clinic.laboratory().await;
        let (_, heir) = clinic.doctor_named("Dr Bello").await;
        lab.order(&clinic, &["PCV"]).await;
        let page = heir.get(&paths::consultation::consult(lab.visit)).await;
        send_to(&heir, &page, &paths::consultation::takeover(lab.visit), &[]).await.expect(303);
        let sample = lab.collect(&clinic).await[0];
        lab.receive(sample).await;
        let field = clinic.field("PCV", "PCV").await;
        lab.enter(sample, &[(&field, "15")]).await.expect(303);
        lab.verify(sample).await.expect(303);
        let list = heir.get("/results").await;
        assert!(list.text("#to-review tbody").contains("Packed cell volume"), "{}", list.text("main"));
        assert!(!lab.orders.get("/results").await.has("#to-review tbody"));
    }

    async fn no_result_waits_for_somebody_who_left(clinic) {
        let lab = clinic.laboratory().await;
        let (_, other) = clinic.doctor_named("Dr Bello").await;
        lab.order(&clinic, &["PCV"]).await;
        let sample = lab.collect(&clinic).await[0];
        lab.receive(sample).await;
        let field = clinic.field("PCV", "PCV").await;
        lab.enter(sample, &[(&field, "15")]).await.expect(303);
        sql("update account set state = 'deactivated' where id = $1").bind(lab.doctor).run(&clinic.app.db).await.unwrap();
        lab.verify(sample).await.expect(303);
        let list = other.get("/results").await;
        assert!(list.text("#to-review tbody").contains("Critical"), "{}", list.text("main"));
    }

    async fn a_critical_result_says_so_wherever_its_test_is_listed(clinic) {
        let lab = clinic.laboratory().await;
        lab.released(&clinic, "PCV", ("PCV", "15")).await;
        let page = lab.orders.get(&paths::consultation::consult(lab.visit)).await;
        assert!(page.texts(".tag").iter().any(|tag| tag == "Critical"), "{:?}", page.texts(".tag"));
        let time = lab.orders.get(&paths::record::timeline(lab.patient)).await;
        assert!(time.text("main").contains("Critical"), "{}", time.text("main"));
    }

    async fn who_wrote_a_value_into_a_letter_is_told_of_its_correction(clinic) {
        let lab = clinic.laboratory().await;
        let (line, old) = lab.released(&clinic, "PCV", ("PCV", "40")).await;
        let (author, other) = clinic.doctor_named("Dr Bello").await;
        let page = other.get(&paths::letters::write(lab.visit)).await;
        let letter = other.submit(&page, "#referral", &LETTER).await.expect(303).leads_to().unwrap();
        assert!(!other.get(&letter).await.has("#corrected"));
        clinic.wait_minutes(1);
        let form = lab.bench.get(&format!("/lab/lines/{line}/correction")).await;
        let field = clinic.field("PCV", "PCV").await;
        lab.bench.submit(&form, "#results", &[(&field, "30"), ("reason", "Read from the wrong tube")]).await.expect(303);
        let sample = clinic.lines(lab.visit).await[0].3.unwrap();
        lab.verify(sample).await.expect(303);
        assert_ne!(clinic.result_in(line, "current").await, old);
        let told = "select count(*) from lab_review where reason = 'corrected' and account_id = $1";
        assert_eq!(sql(told).bind(author).scalar::<i64>(&clinic.app.db).await.unwrap(), 1);
        assert!(other.get(&letter).await.text("#corrected").contains("was corrected on"));
    }
}
