#include "gateway/records/records_session.h"

#include <soci/sqlite3/soci-sqlite3.h>

#include <stdexcept>

#include "gateway/records/records_schema.h"

namespace fairfeed {
namespace {

constexpr const char* kSchema = "fairfeed_records";

// A value for a place of a statement, NULL where there is none.
struct TextPlace {
    std::string value;
    soci::indicator presence = soci::i_null;
    TextPlace() = default;
    explicit TextPlace(std::optional<std::string> text)
        : value(text.value_or("")), presence(text ? soci::i_ok : soci::i_null) {}
    [[nodiscard]] std::optional<std::string> get() const {
        if (presence == soci::i_null) return std::nullopt;
        return value;
    }
};
struct WholePlace {
    long long value = 0;
    soci::indicator presence = soci::i_null;
    WholePlace() = default;
    explicit WholePlace(std::optional<std::int64_t> whole)
        : value(whole.value_or(0)), presence(whole ? soci::i_ok : soci::i_null) {}
    [[nodiscard]] std::optional<std::int64_t> get() const {
        if (presence == soci::i_null) return std::nullopt;
        return std::int64_t{value};
    }
};

[[noreturn]] void damaged(const std::string& what) {
    throw std::runtime_error("the rows of " + what + " are not what this program writes");
}

template <class T>
T needed(std::optional<T> value, const std::string& what) {
    if (!value) damaged(what);
    return std::move(*value);
}

template <class Id>
std::optional<std::string> text_of(const std::optional<Id>& id) {
    if (!id) return std::nullopt;
    return id->str();
}

template <class Id>
std::optional<Id> id_of(const TextPlace& place, const std::string& what) {
    const auto text = place.get();
    if (!text) return std::nullopt;
    return needed(Id::parse(*text), what);
}

std::optional<SignedInspection> inspection_of(const TextPlace& place, const Digest& network,
                                              const std::string& what) {
    const auto text = place.get();
    if (!text) return std::nullopt;
    auto read = decode_inspection(needed(from_hex(*text), what), network);
    if (!read) damaged(what);
    return std::move(*read);
}

bool is_sqlite(const soci::session& sql) {
    return sql.get_backend_name() == "sqlite3";
}

struct StepRow {
    std::string action, role, actor, reason;
    long long at_s = 0;
    WholePlace visit_s;
    TextPlace inspection, commitment, holder;

    [[nodiscard]] ApplicationStep step(const Digest& network, const std::string& what) const {
        ApplicationStep out;
        out.action = needed(application_action_named(action), what);
        out.at_s = at_s;
        out.by = {needed(actor_role_named(role), what), actor};
        out.reason = reason;
        out.visit_s = visit_s.get();
        out.inspection = inspection_of(inspection, network, what);
        if (const auto hex = commitment.get())
            out.commitment = needed(fixed_from_hex<Digest>(*hex), what);
        out.holder = id_of<PersonId>(holder, what);
        return out;
    }
};

}  // namespace

RecordsTransaction::RecordsTransaction(soci::session& sql) : sql_(sql) {
    if (is_sqlite(sql_)) {
        sql_ << "begin immediate";
    } else {
        sql_.begin();
    }
}

RecordsTransaction::~RecordsTransaction() {
    if (!is_open_) return;
    try {
        sql_.rollback();
    } catch (const std::exception&) {
        // The database has taken it back by itself, or does so when the session ends.
    }
}

void RecordsTransaction::commit() {
    sql_.commit();
    is_open_ = false;
}

void Records::Session::open(const DatabasePlace& place) {
    if (!place.postgresql.empty()) {
        sql.open("postgresql", place.postgresql);
        sql << "set client_min_messages to warning";
        sql << "create schema if not exists " << kSchema;
        sql << "set search_path to " << kSchema;
    } else {
        sql.open(*soci::factory_sqlite3(),
                 "db=\"" + place.sqlite.string() + "\" timeout=10 synchronous=full");
        sql << "pragma journal_mode = wal";
        sql << "pragma secure_delete = on";
    }
    sql << "create table if not exists record_notes (name text primary key, value text)";
}

void Records::Session::create() {
    RecordsTransaction whole(sql);
    if (note("layout")) return;  // another program was faster
    for (const char* table : kRecordTables)
        sql << table;
    put_note("layout", std::to_string(kRecordsVersion));
    put_note("network", to_hex(network.view()));
    whole.commit();
}

void Records::Session::forget_erased() {
    if (is_sqlite(sql)) {
        sql << "pragma wal_checkpoint(truncate)";
    } else {
        sql << "vacuum people, places";
    }
}

std::optional<std::string> Records::Session::note(const std::string& name) {
    TextPlace value;
    sql << "select value from record_notes where name = :name", soci::use(name),
        soci::into(value.value, value.presence);
    return sql.got_data() ? value.get() : std::nullopt;
}

void Records::Session::put_note(const std::string& name, const std::string& value) {
    sql << "insert into record_notes (name, value) values (:name, :value) "
           "on conflict (name) do update set value = excluded.value",
        soci::use(name), soci::use(value);
}

std::int64_t Records::Session::next_number(const std::string& kind) {
    const std::int64_t number = std::stoll(note(kind).value_or("0")) + 1;
    put_note(kind, std::to_string(number));
    return number;
}

void Records::Session::put(const ApplicationForm& form) {
    TextPlace meter(text_of(form.meter));
    TextPlace follows(text_of(form.follows));
    const long long technology = static_cast<long long>(form.technology);
    const long long estimated_w = form.estimated_w;
    const std::string id = form.id.str();
    const std::string applicant = form.applicant.str();
    sql << "insert into applications (application, applicant, service_point, meter, technology, "
           "estimated_w, follows) values (:a, :b, :c, :d, :e, :f, :g)",
        soci::use(id), soci::use(applicant), soci::use(form.service_point),
        soci::use(meter.value, meter.presence), soci::use(technology), soci::use(estimated_w),
        soci::use(follows.value, follows.presence);
}

void Records::Session::put(const ApplicationId& id, std::size_t position,
                           const ApplicationStep& step) {
    const auto hex = [](ByteView bytes) { return std::optional<std::string>(to_hex(bytes)); };
    WholePlace visit(step.visit_s);
    TextPlace inspection(step.inspection ? hex(step.inspection->envelope) : std::nullopt);
    TextPlace commitment(step.commitment ? hex(step.commitment->view()) : std::nullopt);
    TextPlace holder(text_of(step.holder));
    const std::string name = id.str();
    const std::string action(to_string(step.action));
    const std::string role(to_string(step.by.role));
    const auto at = static_cast<long long>(position);
    const long long at_s = step.at_s;
    sql << "insert into application_steps (application, position, action, at_s, role, actor, "
           "reason, visit_s, inspection, commitment, holder) "
           "values (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k)",
        soci::use(name), soci::use(at), soci::use(action), soci::use(at_s), soci::use(role),
        soci::use(step.by.name), soci::use(step.reason), soci::use(visit.value, visit.presence),
        soci::use(inspection.value, inspection.presence),
        soci::use(commitment.value, commitment.presence), soci::use(holder.value, holder.presence);
}

std::optional<Application> Records::Session::application(const ApplicationId& id) {
    const std::string name = id.str();
    const std::string what = "application " + name;
    std::string applicant;
    ApplicationForm form;
    TextPlace meter;
    TextPlace follows;
    long long technology = 0;
    long long estimated_w = 0;
    sql << "select applicant, service_point, meter, technology, estimated_w, follows "
           "from applications where application = :a",
        soci::use(name), soci::into(applicant), soci::into(form.service_point),
        soci::into(meter.value, meter.presence), soci::into(technology), soci::into(estimated_w),
        soci::into(follows.value, follows.presence);
    if (!sql.got_data()) return std::nullopt;
    form.id = id;
    form.applicant = needed(PersonId::parse(applicant), what);
    form.meter = id_of<MeterId>(meter, what);
    form.technology = needed(technology_from(static_cast<std::uint64_t>(technology)), what);
    form.estimated_w = estimated_w;
    form.follows = id_of<ApplicationId>(follows, what);
    Application application = application_of(form);
    StepRow row;
    soci::statement rows =
        (sql.prepare << "select action, at_s, role, actor, reason, visit_s, inspection, "
                        "commitment, holder from application_steps where application = :a "
                        "order by position",
         soci::use(name), soci::into(row.action), soci::into(row.at_s), soci::into(row.role),
         soci::into(row.actor), soci::into(row.reason),
         soci::into(row.visit_s.value, row.visit_s.presence),
         soci::into(row.inspection.value, row.inspection.presence),
         soci::into(row.commitment.value, row.commitment.presence),
         soci::into(row.holder.value, row.holder.presence));
    for (rows.execute(); rows.fetch();) {
        auto next = after_step(application, row.step(network, what));
        if (!next) damaged(what);
        application = std::move(*next);
    }
    return application;
}

void Records::Session::follow_up(const Application& before, const ApplicationStep& step) {
    const std::string id = before.form.id.str();
    const auto commitment = step.commitment ? step.commitment : before.commitment;
    const std::string hex = commitment ? to_hex(commitment->view()) : "";
    const long long at_s = step.at_s;
    switch (step.action) {
        case ApplicationAction::issue:
            sql << "insert into codes (commitment, application, issued_s) values (:a, :b, :c)",
                soci::use(hex), soci::use(id), soci::use(at_s);
            return;
        case ApplicationAction::revoke:
            sql << "update codes set revoked_s = :a where commitment = :b", soci::use(at_s),
                soci::use(hex);
            return;
        case ApplicationAction::certify: {
            use_up(*commitment, at_s);
            if (!before.form.follows) return;
            const auto former = application(*before.form.follows);
            ApplicationStep superseded;
            superseded.action = ApplicationAction::supersede;
            superseded.at_s = step.at_s;
            superseded.by = step.by;
            if (!former || !after_step(*former, superseded)) return;  // it ended otherwise
            put(former->form.id, former->steps.size(), superseded);
            return;
        }
        default:
            return;
    }
}

void Records::Session::put(const WorkOrder& order) {
    TextPlace cluster(text_of(order.alarm.cluster));
    const std::string id = order.id.str();
    const std::string kind(to_string(order.alarm.kind));
    const auto height = static_cast<long long>(order.alarm.height);
    sql << "insert into work_orders (work_order, kind, subject, cluster, height, what) "
           "values (:a, :b, :c, :d, :e, :f)",
        soci::use(id), soci::use(kind), soci::use(order.alarm.subject),
        soci::use(cluster.value, cluster.presence), soci::use(height), soci::use(order.alarm.what);
    for (std::size_t i = 0; i < order.steps.size(); ++i)
        put(order.id, i, order.steps[i]);
}

void Records::Session::put(const WorkOrderId& id, std::size_t position, const WorkOrderStep& step) {
    const std::string name = id.str();
    const std::string action(to_string(step.action));
    const auto at = static_cast<long long>(position);
    const long long at_s = step.at_s;
    sql << "insert into work_order_steps (work_order, position, action, at_s, actor, note) "
           "values (:a, :b, :c, :d, :e, :f)",
        soci::use(name), soci::use(at), soci::use(action), soci::use(at_s), soci::use(step.by),
        soci::use(step.note);
}

std::optional<WorkOrder> Records::Session::work_order(const WorkOrderId& id) {
    const std::string name = id.str();
    const std::string what = "work order " + name;
    WorkOrder order;
    order.id = id;
    std::string kind;
    TextPlace cluster;
    long long height = 0;
    sql << "select kind, subject, cluster, height, what from work_orders where work_order = :a",
        soci::use(name), soci::into(kind), soci::into(order.alarm.subject),
        soci::into(cluster.value, cluster.presence), soci::into(height),
        soci::into(order.alarm.what);
    if (!sql.got_data()) return std::nullopt;
    order.alarm.kind = needed(office_alarm_kind_named(kind), what);
    order.alarm.cluster = id_of<ClusterId>(cluster, what);
    order.alarm.height = static_cast<Height>(height);
    WorkOrderStep step;
    std::string action;
    long long at_s = 0;
    soci::statement rows = (sql.prepare << "select action, at_s, actor, note from work_order_steps "
                                           "where work_order = :a order by position",
                            soci::use(name), soci::into(action), soci::into(at_s),
                            soci::into(step.by), soci::into(step.note));
    for (rows.execute(); rows.fetch();) {
        step.action = needed(work_order_action_named(action), what);
        step.at_s = at_s;
        auto next = after_step(order, step);
        if (!next) damaged(what);
        order = std::move(*next);
    }
    return order;
}

std::vector<std::string> Records::Session::names(const std::string& column,
                                                 const std::string& table) {
    std::vector<std::string> out;
    std::string name;
    soci::statement rows =
        (sql.prepare << "select " + column + " from " + table + " order by " + column,
         soci::into(name));
    for (rows.execute(); rows.fetch();)
        out.push_back(name);
    return out;
}

std::vector<WorkOrder> Records::Session::work_orders() {
    std::vector<WorkOrder> out;
    for (const std::string& name : names("work_order", "work_orders"))
        if (auto order = work_order(needed(WorkOrderId::parse(name), "work order " + name)))
            out.push_back(std::move(*order));
    return out;
}

}  // namespace fairfeed
