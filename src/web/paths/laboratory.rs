//! Orders, samples, results, the catalogue, health records.

use std::borrow::Borrow;

use crate::laboratory::model::{LineId, ResultId, SampleId, TestId};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// Ordering tests for a visit; placing the order by POST.
pub const ORDER: &str = "/visits/{id}/tests";
/// Cancelling a test whose sample is not taken, by POST.
pub const CANCELLATION: &str = "/lab/lines/{id}/cancellation";
/// The laboratory's worklist.
pub const WORKLIST: &str = "/lab/worklist";
/// The part of it that changes.
pub const WORKLIST_PART: &str = "/lab/worklist/part";
/// Its stream.
pub const WORKLIST_LIVE: &str = "/lab/worklist/live";
/// Taking the samples of a visit.
pub const COLLECTION: &str = "/visits/{id}/samples";
/// The labels of a visit's samples, to print.
pub const LABELS: &str = "/visits/{id}/labels";
/// One sample.
pub const SAMPLE: &str = "/lab/samples/{id}";
/// The label of a sample, to print.
pub const LABEL: &str = "/lab/samples/{id}/label";
/// A sample has arrived, by POST.
pub const RECEIPT: &str = "/lab/samples/{id}/receipt";
/// Work on a sample begins, by POST.
pub const BENCH: &str = "/lab/samples/{id}/bench";
/// A sample cannot be used, by POST.
pub const REJECTION: &str = "/lab/samples/{id}/rejection";
/// Entering the results of a sample.
pub const ENTRY: &str = "/lab/samples/{id}/results";
/// Verifying the results of a sample, by POST.
pub const VERIFICATION: &str = "/lab/samples/{id}/verification";
/// Sending a result back to the bench, by POST.
pub const RETURN: &str = "/lab/lines/{id}/return";
/// Correcting a released result.
pub const CORRECTION: &str = "/lab/lines/{id}/correction";
/// Calling about a critical result.
pub const CALL: &str = "/lab/calls/{id}";
/// How long tests take.
pub const TIMES: &str = "/lab/times";
/// The catalogue.
pub const CATALOGUE: &str = "/lab/catalogue";
/// One test of the catalogue.
pub const TEST: &str = "/lab/catalogue/{id}";
/// How the laboratory works: who verifies, when patients read.
pub const RULES: &str = "/lab/rules";
/// Results that a doctor has to review.
pub const REVIEWS: &str = "/results";
/// The part of it that changes.
pub const REVIEWS_PART: &str = "/results/list";
/// Its stream.
pub const REVIEWS_LIVE: &str = "/results/live";
/// One version of a result.
pub const RESULT: &str = "/results/{id}";
/// The same on paper.
pub const RESULT_PRINT: &str = "/results/{id}/print";
/// The doctor has looked, by POST.
pub const ACKNOWLEDGEMENT: &str = "/results/{id}/acknowledgement";
/// A patient's own results.
pub const MY_RESULTS: &str = "/my/results";
/// One of them.
pub const MY_RESULT: &str = "/my/results/{id}";
/// Health records of students.
pub const HEALTH_RECORDS: &str = "/lab/health-records";
/// The health record of one patient.
pub const HEALTH_RECORD: &str = "/patients/{id}/health-record";

/// Ordering tests for a visit; placing the order by POST.
pub fn order(id: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/tests", id.borrow())
}

/// Cancelling a test whose sample is not taken, by POST.
pub fn cancellation(id: impl Borrow<LineId>) -> String {
    format!("/lab/lines/{}/cancellation", id.borrow())
}

/// Taking the samples of a visit.
pub fn collection(id: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/samples", id.borrow())
}

/// The labels of a visit's samples, to print.
pub fn labels(id: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/labels", id.borrow())
}

/// One sample.
pub fn sample(id: impl Borrow<SampleId>) -> String {
    format!("/lab/samples/{}", id.borrow())
}

/// The label of a sample, to print.
pub fn label(id: impl Borrow<SampleId>) -> String {
    format!("/lab/samples/{}/label", id.borrow())
}

/// A sample has arrived, by POST.
pub fn receipt(id: impl Borrow<SampleId>) -> String {
    format!("/lab/samples/{}/receipt", id.borrow())
}

/// Work on a sample begins, by POST.
pub fn bench(id: impl Borrow<SampleId>) -> String {
    format!("/lab/samples/{}/bench", id.borrow())
}

/// A sample cannot be used, by POST.
pub fn rejection(id: impl Borrow<SampleId>) -> String {
    format!("/lab/samples/{}/rejection", id.borrow())
}

/// Entering the results of a sample.
pub fn entry(id: impl Borrow<SampleId>) -> String {
    format!("/lab/samples/{}/results", id.borrow())
}

/// Verifying the results of a sample, by POST.
pub fn verification(id: impl Borrow<SampleId>) -> String {
    format!("/lab/samples/{}/verification", id.borrow())
}

/// Sending a result back to the bench, by POST.
pub fn send_back(id: impl Borrow<LineId>) -> String {
    format!("/lab/lines/{}/return", id.borrow())
}

/// Correcting a released result.
pub fn correction(id: impl Borrow<LineId>) -> String {
    format!("/lab/lines/{}/correction", id.borrow())
}

/// Calling about a critical result.
pub fn call(id: impl Borrow<ResultId>) -> String {
    format!("/lab/calls/{}", id.borrow())
}

/// One test of the catalogue.
pub fn test(id: impl Borrow<TestId>) -> String {
    format!("/lab/catalogue/{}", id.borrow())
}

/// One version of a result.
pub fn result(id: impl Borrow<ResultId>) -> String {
    format!("/results/{}", id.borrow())
}

/// The same on paper.
pub fn result_print(id: impl Borrow<ResultId>) -> String {
    format!("/results/{}/print", id.borrow())
}

/// The doctor has looked, by POST.
pub fn acknowledgement(id: impl Borrow<ResultId>) -> String {
    format!("/results/{}/acknowledgement", id.borrow())
}

/// One of them.
pub fn my_result(id: impl Borrow<ResultId>) -> String {
    format!("/my/results/{}", id.borrow())
}

/// The health record of one patient.
pub fn health_record(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/health-record", id.borrow())
}
