mod became;
mod check;
mod issue;
mod mine;
mod referral;
mod visits;
