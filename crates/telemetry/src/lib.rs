//! OpenTelemetry traces (OTLP), off by default.
