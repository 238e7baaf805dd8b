import CRecords
import Memory

/// The ring between one producer of events (a feed, history, indicators, an operator) and the engine.
///
/// The engine decides the order of events by the order in which it takes them out of its rings. The generic lives in
/// `Memory`, where its body is serialised for debug builds too.
public typealias RecordRing = Ring<apus_record>
