#include "gateway/office/notice_fields.h"

#include <algorithm>
#include <charconv>

namespace fairfeed {
namespace {

using Errors = std::vector<std::string>;

constexpr NoticeField kMeter{"meter", "its name", false};
constexpr NoticeField kEffective{"effective", "window: a number, next, next+N or week", false};
constexpr NoticeField kSigning{"signing_key", "public key, 130 hex digits", false};

template <class Id>
std::vector<Id> ids_in(const std::string& list, Errors& errors, std::string_view field) {
    std::vector<Id> ids;
    for (std::size_t at = 0; at <= list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        const std::string word = list.substr(at, end - at);
        if (auto id = Id::parse(word)) {
            ids.push_back(*id);
        } else {
            errors.push_back(std::string(field) + ": '" + word +
                             "' is no name (1 to 32 of a-z, 0-9 and '-')");
        }
        at = end + 1;
    }
    return ids;
}

// Reads the fields of one notice, and keeps every fault.
class FieldReader {
  public:
    FieldReader(const NoticeFields& fields, const DraftGround& ground)
        : fields_(fields), ground_(ground) {}

    [[nodiscard]] Errors take_errors() { return std::move(errors_); }
    void fail(std::string_view field, const std::string& what) {
        errors_.push_back(std::string(field) + ": " + what);
    }
    [[nodiscard]] const std::string* find(std::string_view field) const {
        const auto found = fields_.find(std::string(field));
        return found == fields_.end() ? nullptr : &found->second;
    }
    // Empty: it is missing, which the caller of form() reports.
    [[nodiscard]] std::string text(std::string_view field) const {
        const std::string* found = find(field);
        return found != nullptr ? *found : "";
    }
    [[nodiscard]] std::int64_t number(std::string_view field, std::int64_t otherwise = 0) {
        const std::string* found = find(field);
        if (found == nullptr) return otherwise;
        std::int64_t value = 0;
        const auto [end, fault] =
            std::from_chars(found->data(), found->data() + found->size(), value);
        if (fault != std::errc() || end != found->data() + found->size())
            fail(field, "'" + *found + "' is no whole number");
        return value;
    }
    template <class Id>
    [[nodiscard]] Id name(std::string_view field) {
        const std::string* found = find(field);
        if (found == nullptr) return Id();
        const auto ids = ids_in<Id>(*found, errors_, field);
        if (ids.size() > 1) fail(field, "one name only");
        return ids.empty() ? Id() : ids.front();
    }
    template <class Id>
    [[nodiscard]] std::vector<Id> names(std::string_view field) {
        const std::string* found = find(field);
        return found != nullptr ? ids_in<Id>(*found, errors_, field) : std::vector<Id>();
    }
    template <class Fixed>
    [[nodiscard]] Fixed hex(std::string_view field) {
        const std::string* found = find(field);
        if (found == nullptr) return Fixed{};
        const auto value = fixed_from_hex<Fixed>(*found);
        if (!value)
            fail(field, "must be " + std::to_string(2 * Fixed::kSize) + " hexadecimal digits");
        return value.value_or(Fixed{});
    }
    [[nodiscard]] Window effective();
    [[nodiscard]] std::vector<Signatory> people(std::string_view field);

  private:
    [[nodiscard]] Window next_week() const;

    const NoticeFields& fields_;
    const DraftGround& ground_;
    Errors errors_;
};

Window FieldReader::next_week() const {
    const std::int64_t seconds = ground_.state.grid().window_seconds();
    std::int64_t window = std::int64_t{ground_.running} + 1;
    while (window * seconds % kSecondsPerWeek != 0)
        ++window;
    return static_cast<Window>(window);
}

Window FieldReader::effective() {
    const std::string said = text("effective");
    if (said.empty()) return 0;
    const Window next = ground_.running + 1;
    if (said == "next") return next;
    if (said == "week") return next_week();
    std::string_view digits = said;
    const bool ahead = said.starts_with("next+");
    if (ahead) digits.remove_prefix(std::string_view("next+").size());
    Window window = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), window);
    if (fault != std::errc() || end != digits.data() + digits.size()) {
        fail("effective", "'" + said + "' is no window: a number, next, next+N or week");
    } else if (!ahead && window < next && ground_.state.height > 0) {
        fail("effective", "window " + said + " has begun: the next one is " + std::to_string(next));
    }
    return ahead ? next + window : window;
}

// "NAME:KEY,NAME:KEY", ascending afterwards.
std::vector<Signatory> FieldReader::people(std::string_view field) {
    std::vector<Signatory> out;
    const std::string list = text(field);
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        const std::string word = list.substr(at, end - at);
        const std::size_t colon = std::min(word.find(':'), word.size());
        const auto name = NodeId::parse(word.substr(0, colon));
        const auto key =
            fixed_from_hex<PublicKey>(colon < word.size() ? word.substr(colon + 1) : std::string());
        if (name && key) {
            out.push_back({*name, *key});
        } else {
            fail(field,
                 "'" + word + "' is not NAME:KEY, a name and a public key of 130 hex digits");
        }
        at = end + 1;
    }
    std::sort(out.begin(), out.end(),
              [](const Signatory& a, const Signatory& b) { return a.name < b.name; });
    return out;
}

TransactionContent read_capacity(FieldReader& in, const DraftGround&) {
    CapacityCertificate out;
    out.meter = in.name<MeterId>("meter");
    out.capacity_w = in.number("capacity_w");
    out.effective = in.effective();
    if (in.find("certificate") != nullptr) out.certificate = in.hex<Digest>("certificate");
    return out;
}

TransactionContent read_deauthorise(FieldReader& in, const DraftGround&) {
    Deauthorisation out;
    out.meter = in.name<MeterId>("meter");
    out.effective = in.effective();
    const std::string said = in.text("reason");
    std::optional<DeauthorisationReason> reason;
    for (std::uint64_t number = 1; const auto each = deauthorisation_reason_from(number); ++number)
        if (to_string(*each) == said) reason = each;
    if (!reason && !said.empty()) in.fail("reason", "'" + said + "' is none of the reasons");
    out.reason = reason.value_or(DeauthorisationReason::over_capacity);
    return out;
}

TransactionContent read_tariff(FieldReader& in, const DraftGround&) {
    TariffNotice out;
    out.tariff = {in.number("import_micro_per_kwh"), in.number("export_micro_per_kwh")};
    out.effective = in.effective();
    return out;
}

TransactionContent read_revoke(FieldReader& in, const DraftGround&) {
    return NodeRevocation{0, in.name<NodeId>("node")};
}

TransactionContent read_node(FieldReader& in, const DraftGround&) {
    NodeRegistration out;
    out.node = in.name<NodeId>("node");
    out.signing_key = in.hex<PublicKey>("signing_key");
    out.agreement_key = in.hex<PublicKey>("agreement_key");
    out.location = {static_cast<std::int32_t>(in.number("east_m")),
                    static_cast<std::int32_t>(in.number("north_m"))};
    return out;
}

TransactionContent read_meter(FieldReader& in, const DraftGround&) {
    MeterRegistration out;
    out.meter = in.name<MeterId>("meter");
    out.cluster = in.name<ClusterId>("cluster");
    out.service_point = in.text("service_point");
    out.signing_key = in.hex<PublicKey>("signing_key");
    out.effective = in.effective();
    out.rating = {in.number("amperes", out.rating.amperes), in.number("phases", out.rating.phases),
                  in.number("volts", out.rating.volts)};
    out.installed = {in.number("import_wh"), in.number("export_wh"), in.number("generation_wh")};
    return out;
}

// The next committee of the cluster, at the place that the last one had.
TransactionContent read_committee(FieldReader& in, const DraftGround& ground) {
    CommitteeAllocation out;
    out.cluster = in.name<ClusterId>("cluster");
    out.members = in.names<NodeId>("members");
    out.effective = in.effective();
    out.epoch = 1;
    if (const ClusterRecord* known = ground.state.cluster(out.cluster)) {
        out.location = known->committee.location;
        out.epoch = known->committee.epoch + 1;
    }
    out.location.east_m = static_cast<std::int32_t>(in.number("east_m", out.location.east_m));
    out.location.north_m = static_cast<std::int32_t>(in.number("north_m", out.location.north_m));
    return out;
}

TransactionContent read_officers(FieldReader& in, const DraftGround& ground) {
    OfficeChange out;
    const Office& now = ground.state.office.office;
    out.office.threshold =
        static_cast<std::uint32_t>(in.number("threshold", std::int64_t{now.threshold}));
    out.office.officers = in.people("officers");
    out.office.inspectors =
        in.find("inspectors") != nullptr ? in.people("inspectors") : now.inspectors;
    if (const auto fault = fault_of(out.office); fault && in.find("officers") != nullptr)
        in.fail("officers", std::string(*fault));
    return out;
}

using ReadNotice = TransactionContent (*)(FieldReader&, const DraftGround&);

const std::map<std::string_view, ReadNotice>& readers() {
    static const std::map<std::string_view, ReadNotice> kReaders = {
        {"capacity", read_capacity},   {"deauthorise", read_deauthorise},
        {"tariff", read_tariff},       {"revoke", read_revoke},
        {"node", read_node},           {"meter", read_meter},
        {"committee", read_committee}, {"officers", read_officers}};
    return kReaders;
}

// Fields that are missing, and words that are no fields.
void check_names(const NoticeForm& form, const NoticeFields& fields, Errors& errors) {
    for (const NoticeField& field : form.fields) {
        if (!field.is_optional && !fields.contains(std::string(field.name))) {
            errors.push_back(std::string(field.name) + " is missing: " + std::string(field.help));
        }
    }
    for (const auto& [name, value] : fields) {
        const bool known = std::any_of(form.fields.begin(), form.fields.end(),
                                       [&](const NoticeField& each) { return each.name == name; });
        if (known) continue;
        std::string all;
        for (const NoticeField& field : form.fields)
            all += (all.empty() ? "" : ", ") + std::string(field.name);
        errors.push_back(name + ": a " + std::string(form.kind) + " has no such field, but " + all);
    }
}

}  // namespace

const std::vector<NoticeForm>& notice_forms() {
    static const std::vector<NoticeForm> kForms = {
        {"capacity",
         "Certify a meter's installed capacity",
         {kMeter,
          {"capacity_w", "W; 0: a consumer"},
          kEffective,
          {"certificate", "commitment of the inspection, 64 hex digits", true}},
         "meter=m-101 capacity_w=5000 effective=next+6"},
        {"deauthorise",
         "Take a meter's capacity until it is inspected again",
         {kMeter,
          {"reason",
           "over_capacity, unregistered, failed_inspection, grid_safety or requested_by_owner"},
          kEffective},
         "meter=m-101 reason=over_capacity effective=next"},
        {"tariff",
         "Set the rates from a week on",
         {{"import_micro_per_kwh", "millionths of the currency"},
          {"export_micro_per_kwh", "millionths of the currency"},
          kEffective},
         "import_micro_per_kwh=260000 export_micro_per_kwh=75000 effective=week"},
        {"revoke", "Remove a node from the validators", {{"node", "its name"}}, "node=n5"},
        {"node",
         "Add a node to the validators",
         {{"node", "its name"},
          kSigning,
          {"agreement_key", "public key, 130 hex digits"},
          {"east_m", "metres from the site's origin", true},
          {"north_m", "metres from the site's origin", true}},
         "node=n6 signing_key=04... agreement_key=04..."},
        {"meter",
         "Register a meter",
         {kMeter,
          {"cluster", "its name"},
          {"service_point", "pseudonym of the connection"},
          kSigning,
          kEffective,
          {"amperes", "per phase", true},
          {"phases", "1 to 3", true},
          {"volts", "V", true},
          {"import_wh", "register at the installation", true},
          {"export_wh", "register at the installation", true},
          {"generation_wh", "register at the installation", true}},
         "meter=m-105 cluster=ash service_point=sp-9 signing_key=04... effective=next+6"},
        {"committee",
         "Give a cluster to a committee",
         {{"cluster", "its name"},
          {"members", "names, the parent first: n1,n2,n3,n4"},
          kEffective,
          {"east_m", "metres; as before if left out", true},
          {"north_m", "metres; as before if left out", true}},
         "cluster=ash members=n2,n1,n3 effective=next+6"},
        {"officers",
         "Replace the officers, how many must agree, and the inspectors",
         {{"officers", "NAME:KEY,NAME:KEY: all of them, with public keys of 130 hex digits"},
          {"threshold", "as before if left out", true},
          {"inspectors", "NAME:KEY,...; as before if left out", true}},
         "threshold=2 officers=amal:04...,bela:04...,chen:04..."},
    };
    return kForms;
}

const NoticeForm* form_of(std::string_view kind) {
    const auto& forms = notice_forms();
    const auto found = std::find_if(forms.begin(), forms.end(),
                                    [&](const NoticeForm& form) { return form.kind == kind; });
    return found == forms.end() ? nullptr : &*found;
}

Result<NoticeFields, std::vector<std::string>> split_fields(const std::vector<std::string>& words) {
    NoticeFields fields;
    Errors errors;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0) {
            errors.push_back("'" + word + "' is no field: write name=value");
        } else if (!fields.emplace(word.substr(0, equals), word.substr(equals + 1)).second) {
            errors.push_back(word.substr(0, equals) + " is there twice");
        }
    }
    if (!errors.empty()) return unexpected(std::move(errors));
    return fields;
}

Result<TransactionContent, std::vector<std::string>> content_from(std::string_view kind,
                                                                  const NoticeFields& fields,
                                                                  const DraftGround& ground) {
    const NoticeForm* form = form_of(kind);
    if (form == nullptr) {
        std::string all;
        for (const NoticeForm& each : notice_forms())
            all += (all.empty() ? "" : ", ") + std::string(each.kind);
        return unexpected(
            Errors{"'" + std::string(kind) + "' is no kind of notice: one of " + all});
    }
    Errors errors;
    check_names(*form, fields, errors);
    FieldReader reader(fields, ground);
    TransactionContent content = readers().at(kind)(reader, ground);
    for (std::string& error : reader.take_errors())
        errors.push_back(std::move(error));
    if (!errors.empty()) return unexpected(std::move(errors));
    std::visit(
        [&ground](auto& said) {
            if constexpr (requires { said.sequence; })
                said.sequence = ground.state.dgmd_sequence + 1;
        },
        content);
    return content;
}

}  // namespace fairfeed
