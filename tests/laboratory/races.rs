//! Two people at one thing: exactly one does it.

use futures::future::join_all;
use infirmary::db::sql;
use infirmary::laboratory::model::LineState;

use crate::support::{Clinic, Lab};

const ROUNDS: usize = 10;

/// A sample with an entered result, and the tick of its verification.
async fn entered(clinic: &Clinic, lab: &Lab) -> (String, String) {
    let line = lab.order(clinic, &["PCV"]).await[0];
    let sample = *lab.collect(clinic).await.last().unwrap();
    lab.receive(sample).await;
    let field = clinic.field("PCV", "PCV").await;
    lab.enter(sample, &[(&field, "40")]).await.expect(303);
    let stands = clinic.lines(lab.visit).await.into_iter().find(|stands| stands.0 == line).unwrap();
    (format!("/lab/samples/{sample}/verification"), format!("{}-{}", line, stands.2))
}

both! {
    async fn of_two_who_verify_at_once_exactly_one_does(clinic) {
        let lab = clinic.laboratory().await;
        let third = clinic.signed_in("third", &[infirmary::access::model::Role::LabAttendant]).await;
        for round in 0..ROUNDS {
            let (path, tick) = entered(&clinic, &lab).await;
            let people = [&lab.second, &third].into_iter().enumerate().map(|(at, browser)| {
                let (path, tick, op) = (path.clone(), tick.clone(), format!("verify-round-{round}-{at}-0000"));
                async move { browser.post(&path, &[("op", &op), ("line", &tick)]).await.status }
            });
            let mut statuses = join_all(people).await;
            statuses.sort_unstable();
            assert_eq!(statuses, [303, 409], "round {round}");
        }
        let rounds = ROUNDS as i64;
        assert_eq!(clinic.count("select count(*) from lab_step where move = 'verify'").await, rounds);
        assert_eq!(clinic.count("select count(*) from lab_result where state = 'current'").await, rounds);
        assert_eq!(clinic.count("select count(*) from lab_review").await, rounds);
    }

    async fn of_many_who_collect_at_once_exactly_one_does(clinic) {
        let lab = clinic.laboratory().await;
        for round in 0..ROUNDS {
            let line = lab.order(&clinic, &["PCV"]).await[0].to_string();
            let path = format!("/visits/{}/samples", lab.visit);
            let people = (0..4).map(|at| {
                let (path, line, op) = (path.clone(), line.clone(), format!("collect-round-{round}-{at}-000"));
                let browser = if at % 2 == 0 { &lab.bench } else { &lab.second };
                async move { browser.post(&path, &[("op", &op), ("line", &line)]).await.status }
            });
            let statuses = join_all(people).await;
            assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
            assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 3, "{statuses:?}");
        }
        assert_eq!(clinic.count("select count(*) from lab_sample").await, ROUNDS as i64);
        let codes = "select count(distinct code) from lab_sample";
        assert_eq!(clinic.count(codes).await, ROUNDS as i64);
        // A sample whose label was never made would leave a gap: numbers given back are given again.
        assert_eq!(clinic.count("select last from counter where scope = 'sample'").await, ROUNDS as i64);
    }

    async fn of_two_who_enter_at_once_one_is_told_and_keeps_what_was_typed(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["PCV"]).await;
        let sample = lab.collect(&clinic).await[0];
        lab.receive(sample).await;
        let field = clinic.field("PCV", "PCV").await;
        let page = lab.second.get(&format!("/lab/samples/{sample}/results")).await;
        let op = page.attribute("#results input[name=op]", "value").unwrap();
        let start = [("op", "started-meanwhile-0001")];
        lab.bench.post(&format!("/lab/samples/{sample}/bench"), &start).await.expect(303);
        let late = lab.second.submit(&page, "#results", &[(&field, "41")]).await;
        late.expect(409);
        assert_eq!(late.attribute(&format!("#{field}"), "value").unwrap(), "41");
        assert_ne!(late.attribute("#results input[name=op]", "value").unwrap(), op);
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::InProgress);
    }

    async fn a_visit_is_never_finished_beside_an_order_of_the_same_moment(clinic) {
        let lab = clinic.laboratory().await;
        clinic.decided().await;
        let (pcv, path) = (clinic.test_id("PCV").await.to_string(), format!("/visits/{}/tests", lab.visit));
        for round in 0..20 {
            let op = format!("order-of-round-{round:04}");
            let fields = [("op", op.as_str()), ("test", &pcv), ("question", "Fever"), ("again", "yes")];
            let finished = async {
                tokio::time::sleep(std::time::Duration::from_millis(round)).await;
                sql("update visit set closed_at = opened_at, close_reason = 'finished' where id = $1 and closed_at is null")
                    .bind(lab.visit).run(&clinic.app.db).await
            };
            let (ordered, finished) = tokio::join!(lab.orders.post(&path, &fields), finished);
            assert!(ordered.status < 500, "{}", ordered.body);
            assert!(finished.as_ref().is_ok_and(|rows| *rows == 1) || finished.unwrap_err().violates("visit_open_order"));
            let left = "select count(*) from visit v join lab_line l on l.visit_id = v.id
                where v.close_reason = 'finished' and l.state = 'requested'";
            assert_eq!(clinic.count(left).await, 0, "round {round}: {}", ordered.status);
            sql("update lab_line set state = 'cancelled' where state = 'requested'").run(&clinic.app.db).await.unwrap();
            sql("update visit set closed_at = null, close_reason = null").run(&clinic.app.db).await.unwrap();
        }
    }

    /// The control: without the guard on state and version both would have verified.
    async fn without_the_guard_a_result_is_verified_twice(clinic) {
        let lab = clinic.laboratory().await;
        entered(&clinic, &lab).await;
        let mut verified = 0;
        for _ in 0..2 {
            verified += sql("update lab_line set verified_at = requested_at where visit_id = $1")
                .bind(lab.visit)
                .run(&clinic.app.db)
                .await
                .unwrap();
        }
        assert_eq!(verified, 2);
    }
}
