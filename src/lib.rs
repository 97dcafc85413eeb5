//! Infirmary: a clinic's whole working day in one program.
//!
//! Start reading at [`app`], which lists the capabilities, and `ARCHITECTURE.md`, which walks through two requests.

pub mod access;
pub mod app;
pub mod audit;
pub mod billing;
pub mod cli;
pub mod clock;
pub mod config;
pub mod consultation;
pub mod db;
pub mod demo;
pub mod diagnoses;
pub mod home;
pub mod jobs;
pub mod kinds;
pub mod laboratory;
pub mod letters;
pub mod live;
pub mod numbers;
pub mod patients;
pub mod pharmacy;
pub mod prescribing;
pub mod procedures;
pub mod queue;
pub mod record;
pub mod scheduling;
pub mod settings;
pub mod spreadsheet;
pub mod stock;
pub mod web;
pub mod work;
