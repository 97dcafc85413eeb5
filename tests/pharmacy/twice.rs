//! One prescription is given out once, however often and by whomever it is pressed (P8, W2, W3, U18).

use infirmary::access::model::Role;
use infirmary::db::{DbKind, sql};

use super::ahead::Paid;
use crate::support::{AMOXICILLIN, PARACETAMOL};

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

    async fn two_who_give_different_lines_of_one_prescription_at_once_both_do(clinic) {
        infirmary::prescribing::ensure_catalogue(&clinic.app.db).await.unwrap();
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 200).await;
        clinic.shelf("paracetamol-500mg-tablet", "PA1", 300, 200).await;
        let other = clinic.signed_in("colleague", &[Role::Pharmacist]).await;
        for name in ["Ada Obi", "Ben Obi", "Chi Obi", "Dele Obi"] {
            let counter = clinic.counter_of(name, &[AMOXICILLIN, PARACETAMOL]).await;
            let lines = clinic.rx_lines(counter.room.visit).await;
            let (first, second) = (format!("give_{}", lines[0].0), format!("give_{}", lines[1].0));
            let path = format!("/prescriptions/{}/dispensing", counter.prescription);
            let (one, two) = (counter.page().await, other.get(&path).await);
            let mine: [(&str, &str); 2] = [(&first, "0"), (&second, "15")];
            let theirs: [(&str, &str); 2] = [(&first, "15"), (&second, "0")];
            let (a, b) = futures::join!(
                counter.desk.submit(&one, "#dispense", &mine),
                other.submit(&two, "#dispense", &theirs)
            );
            assert_eq!((a.status, b.status), (303, 303), "{name}");
        }
        assert_eq!(clinic.count("select count(*) from prescription_line where state = 'complete' and not owed").await, 8);
    }

    async fn of_who_gives_before_it_is_paid_and_who_closes_the_line_both_get_an_answer(clinic) {
        let paid = Paid::first(&clinic).await;
        let (gives, closes) = futures::join!(paid.gives(5, "She is in pain"), paid.closes());
        for answer in [&gives, &closes] {
            assert!([303, 409].contains(&answer.status), "{}: {:?}", answer.status, answer.errors());
        }
        assert!(gives.status == 303 || closes.status == 303);
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

    /// The control: with the guards of the table gone, those who believe what they read give it out again and again, and the
    /// check finds it.
    async fn without_the_guard_more_is_given_than_was_prescribed(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        sql("insert into dispensing (prescription_id, patient_id, visit_id, store_id, account_id, account_name, at, day)
             select id, patient_id, visit_id, 1, prescriber_id, '', signed_at, valid_until from prescription where id = $1")
            .bind(counter.prescription).run(&clinic.app.db).await.unwrap();
        sql("drop index dispensing_line_dispensing_id_line_id_unique").run(&clinic.app.db).await.unwrap();
        for guard in match clinic.app.db.kind() {
            DbKind::Sqlite => ["drop trigger dispensing_line_open", "drop trigger dispensing_line_gives"],
            DbKind::Postgres => ["drop trigger dispensing_line_open on dispensing_line", "drop trigger dispensing_line_gives on dispensing_line"],
        } {
            sql(guard).run(&clinic.app.db).await.unwrap();
        }
        let acted = clinic.believing(6, ("select quantity - given from prescription_line", 15),
            "insert into dispensing_line (dispensing_id, line_id, item_id, medicine_id, name, strength, form, unit, step,
                quantity, covers, owed, directions, price, day)
             select d.id, l.id, i.id, l.medicine_id, l.name, l.strength, l.form, l.unit, 1, 15, 15, 0, '', 0, l.valid_until
             from dispensing d cross join prescription_line l join stock_item i on i.medicine_id = l.medicine_id").await;
        assert_eq!(acted, 6);
        assert_eq!(clinic.count("select cast(sum(covers) as bigint) from dispensing_line").await, 90);
        clinic.is_found("what was given of a prescribed line, and what came back").await;
        clinic.is_found("what was given out left the stock, unit by unit").await;
    }
}
