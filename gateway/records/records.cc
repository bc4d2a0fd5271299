#include "gateway/records/records.h"

#include <algorithm>

#include "gateway/records/records_session.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxDetailBytes = 300;
constexpr std::string_view kFaster = "somebody was faster: look at it anew";

// What the database itself says becomes a sentence.
template <class T, class Work>
Result<T, std::string> answered(const Work& work) {
    try {
        return work();
    } catch (const std::exception& error) {
        return unexpected("the office's records: " + std::string(error.what()));
    }
}

std::string no_such(std::string_view kind, std::string_view name) {
    return "there is no " + std::string(kind) + " '" + std::string(name) + "'";
}

}  // namespace

Records::Records(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Records::Records(Records&&) noexcept = default;
Records& Records::operator=(Records&&) noexcept = default;
Records::~Records() = default;

Records::Answer<Records> Records::open(const DatabasePlace& place, const Digest& network) {
    return answered<Records>([&]() -> Answer<Records> {
        auto session = std::make_unique<Session>();
        session->network = network;
        session->open(place);
        if (!session->note("layout")) session->create();
        if (session->note("layout") != std::to_string(kRecordsVersion))
            return unexpected(std::string("the office's records are of another version"));
        if (session->note("network") != to_hex(network.view()))
            return unexpected(
                std::string("the office's records are of another network: name another database"));
        return Records(std::move(session));
    });
}

Records::Answer<PersonId> Records::add_person(const PersonDetails& details) {
    if (!is_line(details.name, kMaxDetailBytes) || !is_line(details.contact, kMaxDetailBytes))
        return unexpected(std::string("name and contact: one line each, of at most 300 bytes"));
    return answered<PersonId>([&]() -> Answer<PersonId> {
        RecordsTransaction whole(session_->sql);
        const std::string id = "p-" + std::to_string(session_->next_number("person"));
        session_->sql << "insert into people (person, name, contact) values (:a, :b, :c)",
            soci::use(id), soci::use(details.name), soci::use(details.contact);
        whole.commit();
        return PersonId(id);
    });
}

Records::Answer<std::optional<PersonDetails>> Records::person(const PersonId& person) const {
    using Found = std::optional<PersonDetails>;
    return answered<Found>([&]() -> Answer<Found> {
        PersonDetails details;
        const std::string id = person.str();
        session_->sql << "select name, contact from people where person = :a", soci::use(id),
            soci::into(details.name), soci::into(details.contact);
        return session_->sql.got_data() ? Found(details) : Found();
    });
}

Records::Answer<bool> Records::erase(const PersonId& person) {
    const auto known = this->person(person);
    if (!known) return unexpected(known.error());
    return answered<bool>([&]() -> Answer<bool> {
        RecordsTransaction whole(session_->sql);
        const std::string id = person.str();
        session_->sql << "delete from people where person = :a", soci::use(id);
        session_->sql << "delete from places where person = :a", soci::use(id);
        whole.commit();
        session_->forget_erased();
        return known->has_value();
    });
}

Records::Answer<Application> Records::apply(ApplicationForm form, const std::string& place,
                                            const ApplicationStep& first) {
    if (!place.empty() && !is_line(place, kMaxDetailBytes))
        return unexpected(std::string("place: one line of at most 300 bytes"));
    return answered<Application>([&]() -> Answer<Application> {
        RecordsTransaction whole(session_->sql);
        form.id = ApplicationId("a-" + std::to_string(session_->next_number("application")));
        if (const std::string fault = fault_of(form); !fault.empty()) return unexpected(fault);
        if (form.follows) {
            const auto former = session_->application(*form.follows);
            if (!former) return unexpected(no_such("application", form.follows->view()));
            if (former->state != ApplicationState::operating &&
                former->state != ApplicationState::deauthorised)
                return unexpected("application " + form.follows->str() + " is " +
                                  std::string(to_string(former->state)) +
                                  ": only one in operation can be changed by another");
        }
        auto application = after_step(application_of(form), first);
        if (!application) return unexpected(application.error().sentence);
        session_->put(form);
        session_->put(form.id, 0, first);
        const std::string id = form.id.str();
        const std::string person = form.applicant.str();
        if (!place.empty())
            session_->sql << "insert into places (application, person, place) values (:a, :b, :c)",
                soci::use(id), soci::use(person), soci::use(place);
        whole.commit();
        return std::move(*application);
    });
}

Records::Answer<Application> Records::application(const ApplicationId& id) const {
    return answered<Application>([&]() -> Answer<Application> {
        auto found = session_->application(id);
        if (!found) return unexpected(no_such("application", id.view()));
        return std::move(*found);
    });
}

Records::Answer<std::vector<Application>> Records::applications() const {
    using All = std::vector<Application>;
    return answered<All>([&]() -> Answer<All> {
        All out;
        for (const std::string& name : session_->names("application", "applications"))
            if (auto found = session_->application(ApplicationId(name)))
                out.push_back(std::move(*found));
        // a-2 before a-10.
        std::stable_sort(out.begin(), out.end(), [](const Application& a, const Application& b) {
            return a.form.id.view().size() < b.form.id.view().size();
        });
        return out;
    });
}

Records::Answer<std::string> Records::place_of(const ApplicationId& id) const {
    return answered<std::string>([&]() -> Answer<std::string> {
        const std::string name = id.str();
        std::string place;
        session_->sql << "select place from places where application = :a", soci::use(name),
            soci::into(place);
        return session_->sql.got_data() ? place : std::string();
    });
}

Records::Answer<Application> Records::add_step(const ApplicationId& id, const ApplicationStep& step,
                                               std::optional<std::size_t> known) {
    return answered<Application>([&]() -> Answer<Application> {
        RecordsTransaction whole(session_->sql);
        const auto before = session_->application(id);
        if (!before) return unexpected(no_such("application", id.view()));
        if (known && before->steps.size() != *known) return unexpected(std::string(kFaster));
        auto after = after_step(*before, step);
        if (!after) return unexpected(after.error().sentence);
        session_->put(id, before->steps.size(), step);
        session_->follow_up(*before, step);
        whole.commit();
        return std::move(*after);
    });
}

Records::Answer<std::optional<GivenCode>> Records::code(const Digest& commitment) const {
    using Found = std::optional<GivenCode>;
    return answered<Found>([&]() -> Answer<Found> {
        const std::string hex = to_hex(commitment.view());
        std::string application;
        long long issued_s = 0;
        long long used_s = 0;
        long long revoked_s = 0;
        soci::indicator used = soci::i_null;
        soci::indicator revoked = soci::i_null;
        session_->sql << "select application, issued_s, used_s, revoked_s from codes "
                         "where commitment = :a",
            soci::use(hex), soci::into(application), soci::into(issued_s), soci::into(used_s, used),
            soci::into(revoked_s, revoked);
        if (!session_->sql.got_data()) return Found();
        GivenCode given{ApplicationId(application), {commitment, issued_s, {}, {}}};
        if (used == soci::i_ok) given.record.used_s = used_s;
        if (revoked == soci::i_ok) given.record.revoked_s = revoked_s;
        return Found(std::move(given));
    });
}

Records::Answer<std::vector<WorkOrder>> Records::add_alarms(Height height,
                                                            const std::vector<OfficeAlarm>& alarms,
                                                            std::int64_t at_s) {
    using Opened = std::vector<WorkOrder>;
    const auto known_height = alarms_height();
    if (!known_height) return unexpected(known_height.error());
    if (*known_height && height <= **known_height) return Opened();
    return answered<Opened>([&]() -> Answer<Opened> {
        RecordsTransaction whole(session_->sql);
        Opened opened;
        auto known = alarms.empty() ? Opened() : session_->work_orders();
        for (const OfficeAlarm& alarm : alarms) {
            if (!needs_order(alarm, known)) continue;
            opened.push_back(opened_by(alarm, at_s));
            known.push_back(opened.back());
            session_->put(opened.back());
        }
        session_->put_note("alarms", std::to_string(height));
        whole.commit();
        return opened;
    });
}

Records::Answer<std::optional<Height>> Records::noted_height(const std::string& name) const {
    using Known = std::optional<Height>;
    return answered<Known>([&]() -> Answer<Known> {
        const auto said = session_->note(name);
        return said ? Known(std::stoull(*said)) : Known();
    });
}

Records::Answer<std::optional<Height>> Records::alarms_height() const {
    return noted_height("alarms");
}

Records::Answer<std::optional<Height>> Records::drafted_height() const {
    return noted_height("drafted");
}

Records::Answer<void> Records::put_drafted_height(Height height) {
    return answered<void>([&]() -> Answer<void> {
        RecordsTransaction whole(session_->sql);
        session_->put_note("drafted", std::to_string(height));
        whole.commit();
        return {};
    });
}

Records::Answer<WorkOrder> Records::work_order(const WorkOrderId& id) const {
    return answered<WorkOrder>([&]() -> Answer<WorkOrder> {
        auto found = session_->work_order(id);
        if (!found) return unexpected(no_such("work order", id.view()));
        return std::move(*found);
    });
}

Records::Answer<std::vector<WorkOrder>> Records::work_orders() const {
    using All = std::vector<WorkOrder>;
    return answered<All>([&]() -> Answer<All> {
        All out = session_->work_orders();
        std::stable_sort(out.begin(), out.end(), [](const WorkOrder& a, const WorkOrder& b) {
            return a.alarm.height < b.alarm.height;
        });
        return out;
    });
}

Records::Answer<WorkOrder> Records::add_step(const WorkOrderId& id, const WorkOrderStep& step,
                                             std::optional<std::size_t> known) {
    return answered<WorkOrder>([&]() -> Answer<WorkOrder> {
        RecordsTransaction whole(session_->sql);
        const auto before = session_->work_order(id);
        if (!before) return unexpected(no_such("work order", id.view()));
        if (known && before->steps.size() != *known) return unexpected(std::string(kFaster));
        auto after = after_step(*before, step);
        if (!after) return unexpected(after.error());
        session_->put(id, before->steps.size(), step);
        whole.commit();
        return std::move(*after);
    });
}

}  // namespace fairfeed
