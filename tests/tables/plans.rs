//! Every statement reads by an index: on a clinic of a million visits a forgotten one is a page that hangs.

use std::collections::BTreeSet;

use sqlx::{Connection, Row as _, SqliteConnection};

use super::{files, none};
use crate::support::Clinic;

/// Tables that grow with the clinic; all others stay small enough to be read whole.
pub(super) const GROWING: [&str; 89] = [
    "account",
    "allergy",
    "allergy_none",
    "announcement",
    "appointment",
    "attention",
    "audit_entry",
    "audit_seal",
    "browser_session",
    "charge",
    "claim",
    "claim_batch",
    "claim_step",
    "coverage_use",
    "credit_note",
    "credit_note_line",
    "diagnosis",
    "diagnosis_code",
    "diagnosis_use",
    "diagnosis_word",
    "discount",
    "dispensing",
    "dispensing_line",
    "dispensing_return",
    "disposition",
    "happening",
    "health_entry",
    "health_record",
    "health_record_version",
    "invoice",
    "invoice_line",
    "known_device",
    "lab_call",
    "lab_line",
    "lab_order",
    "lab_result",
    "lab_review",
    "lab_sample",
    "lab_step",
    "lab_value",
    "medicine_term",
    "note",
    "one_time_code",
    "operation",
    "order_handover",
    "patient",
    "patient_clinical_change",
    "patient_term",
    "payment",
    "payment_reversal",
    "pharmacy_message",
    "prescribing_favourite",
    "prescription",
    "prescription_event",
    "prescription_heeded",
    "prescription_line",
    "prescription_warning",
    "procedure_used",
    "queue_entry",
    "queue_event",
    "receipt",
    "receipt_print",
    "record_opening",
    "record_opening_review",
    "referral",
    "refund",
    "scheme_enrolment",
    "sign_in",
    "slot",
    "stock_batch_event",
    "stock_count_line",
    "stock_movement",
    "stock_order_line",
    "stock_receipt",
    "stock_reservation",
    "stock_transfer_line",
    "stock_use",
    "student_import_row",
    "told_answer",
    "verification",
    "verification_check",
    "verification_consent",
    "verification_print",
    "visit",
    "visit_procedure",
    "vital_flag",
    "vitals",
    "wallet",
    "wallet_entry",
];
/// Partial indexes that hold only what is open now, however long the past.
pub(super) const SMALL: [&str; 11] = [
    "account_staff",
    "attention_open",
    "charge_attention",
    "discount_proposed",
    "note_author_draft",
    "queue_entry_waiting",
    "record_opening_emergency",
    "refund_open",
    "visit_open_day",
    "visit_patient_id_unique",
    "visit_unsettled",
];
/// Files whose statements go through everything on purpose.
const WHOLE: [&str; 3] = ["src/cli/invariants/", "src/demo/", "src/db/"];
/// Statements that walk a table in its order and stop at a limit, or that nobody waits for: file, how the text goes on
/// from somewhere, why.
const WALKS: [(&str, &str, &str); 7] = [
    ("src/audit/store.rs", "from audit_seal order by seq desc limit 1", "the newest seal"),
    ("src/audit/store.rs", "select count(*) from audit_seal", "the anchors and the check count all"),
    ("src/audit/store.rs", "order by e.id desc limit $11", "the newest entries; filters have their indexes"),
    (
        "src/billing/store/schemes.rs",
        "from academic_session a join patient p on p.session_id",
        "every student is enrolled, once a session",
    ),
    (
        "src/patients/store/people.rs",
        "order by p.sort_name, p.id limit 100",
        "a page of names in their order",
    ),
    (
        "src/scheduling/store/people.rs",
        "from patient where online_block_until > $1",
        "an administrator changes what missed appointments lead to: once in years",
    ),
    ("src/scheduling/store/people.rs", "group by patient_id having count(*) >= $2", "the same"),
];

/// The statements of a file: its literals that begin as one.
fn statements(source: &str) -> Vec<&str> {
    const BEGINNINGS: [&str; 5] = ["\"select ", "\"with ", "\"update ", "\"delete ", "\"insert "];
    let mut found = Vec::new();
    for beginning in BEGINNINGS {
        for (at, _) in source.match_indices(beginning) {
            let text = &source[at + 1..];
            let Some(end) = text.find('"') else { continue };
            // An insert is explained with a look at every child that might wait for its row; none ever does.
            let begin = if text.starts_with("insert ") { text.find("select ") } else { Some(0) };
            found.extend(begin.filter(|begin| *begin < end).map(|begin| &text[begin..end]));
        }
    }
    found
}

/// What an alias of a statement stands for.
fn table_of<'a>(statement: &'a str, alias: &'a str) -> &'a str {
    let words: Vec<&str> = statement.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let named = |pair: &&[&'a str]| pair[1] == alias && GROWING.contains(&pair[0]);
    words.windows(2).find(named).map_or(alias, |pair| pair[0])
}

#[tokio::test]
async fn no_statement_reads_a_growing_table_from_end_to_end() {
    let clinic = Clinic::on_sqlite().await;
    let mut db = SqliteConnection::connect(&format!("{}?mode=ro", clinic.database_url)).await.unwrap();
    let (mut explained, mut faults, mut used) = (0, Vec::new(), BTreeSet::new());
    for (name, source) in files("src", "rs") {
        if WHOLE.iter().any(|whole| name.starts_with(whole)) {
            continue;
        }
        for statement in statements(&source) {
            // What only the other database understands, or is put together from pieces, is no statement here.
            let plan = sqlx::query(&format!("explain query plan {statement}")).fetch_all(&mut db).await;
            let Ok(plan) = plan else { continue };
            explained += 1;
            for row in plan {
                let step: String = row.get("detail");
                let Some(alias) = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next()) else {
                    continue;
                };
                let table = table_of(statement, alias);
                let words = statement.split_whitespace().collect::<Vec<_>>().join(" ");
                let known = WALKS.iter().position(|(file, part, _)| name == *file && words.contains(part));
                used.extend(known);
                let small = SMALL.iter().any(|index| step.contains(&format!("INDEX {index}")));
                if GROWING.contains(&table) && known.is_none() && !small {
                    faults.push(format!("{name}: {step} ({table}) in: {words}"));
                }
            }
        }
    }
    none(&faults);
    assert!(explained > 200, "only {explained} statements were found");
    let unused: Vec<_> = (0..WALKS.len()).filter(|at| !used.contains(at)).map(|at| WALKS[at]).collect();
    assert!(unused.is_empty(), "no longer needed: {unused:?}");
}
