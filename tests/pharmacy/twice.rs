//! One prescription is given out once, however often and by whomever it is pressed (P8, W2, W3, U18).

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::AMOXICILLIN;

both! {
    async fn w2_w3_twenty_presses_of_two_people_give_it_out_once(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 200).await;
        let other = clinic.signed_in("colleague", &[Role::Pharmacist]).await;
        let path = format!("/prescriptions/{}/dispensing", counter.prescription);
        let (one, two) = (counter.page().await, other.get(&path).await);
        let presses = (0..20).map(|press| {
            let (browser, page) = if press % 2 == 0 { (&counter.desk, &one) } else { (&other, &two) };
            browser.submit(page, "#dispense", &[])
        });
        let answers = futures::future::join_all(presses).await;
        assert!(answers.iter().all(|answer| [303, 409].contains(&answer.status)), "{:?}", answers.iter().map(|one| one.status).collect::<Vec<_>>());
        assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 10, "one person's presses lead to the same hand-out");
        assert_eq!(clinic.lies("AM1", "Pharmacy").await, 185);
        assert_eq!(clinic.count("select count(*) from dispensing").await, 1);
        assert_eq!(clinic.count("select count(*) from charge where kind = 'medicine'").await, 1);
        assert_eq!(clinic.count("select count(*) from prescription_line where given = 15 and state = 'complete'").await, 1);
    }

    async fn p4_the_last_units_go_to_one_of_two_patients(clinic) {
        infirmary::prescribing::ensure_catalogue(&clinic.app.db).await.unwrap();
        clinic.shelf("amoxicillin-500mg-capsule", "LAST", 300, 15).await;
        let mut counters = Vec::new();
        for name in ["Ada Obi", "Ben Obi", "Chi Obi", "Dele Obi"] {
            counters.push(clinic.counter_of(name, &[AMOXICILLIN]).await);
        }
        let mut pages = Vec::new();
        for counter in &counters {
            pages.push(counter.page().await);
        }
        let gives = counters.iter().zip(&pages).map(|(counter, page)| counter.desk.submit(page, "#dispense", &[]));
        let answers = futures::future::join_all(gives).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409, 409, 409]);
        assert_eq!(clinic.lies("LAST", "Pharmacy").await, 0);
        let out: i64 = sql("select cast(sum(given) as bigint) from prescription_line").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(out, 15, "what is gone from the shelf is what patients have");
    }
}
