//! service_facts
