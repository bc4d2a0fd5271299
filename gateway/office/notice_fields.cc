#include "gateway/office/notice_fields.h"

#include <algorithm>
#include <map>

#include "gateway/office/authority_fields.h"
#include "gateway/office/field_reader.h"
#include "gateway/office/next_key.h"
#include "gateway/office/notice_plans.h"
#include "gateway/office/tariff_draft.h"

namespace fairfeed {
namespace {

using Errors = std::vector<std::string>;

constexpr NoticeField kMeter{"meter", "its name", false};
constexpr NoticeField kEffective{"effective", "window: a number, next, next+N or week", false};
constexpr NoticeField kSigning{"signing_key", "public key, 130 hex digits", false};

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
    out.reason =
        in.word<DeauthorisationReason>("reason", deauthorisation_reason_from).value_or(out.reason);
    out.evidence = in.windows("evidence");
    return out;
}

// Until the end of the window in which it becomes effective, if nothing else is said.
TransactionContent read_command(FieldReader& in, const DraftGround&) {
    MeterCommand out;
    out.meter = in.name<MeterId>("meter");
    out.effective = in.window("effective");
    out.expires = in.find("expires") != nullptr ? in.window("expires") : out.effective;
    out.order = in.word<MeterOrder>("order", meter_order_from).value_or(out.order);
    out.reason = in.word<CommandReason>("reason", command_reason_from).value_or(out.reason);
    out.service_hours = in.number("hours");
    if (const auto fault = fault_of(out); fault && in.find("order") != nullptr) {
        const std::string said(*fault);
        const std::size_t colon = said.find(": ");
        in.fail(said.substr(0, colon), said.substr(colon + 2));
    }
    return out;
}

// What is left out stays as in the tariff before, but for the clock: it is that of the zone now.
TransactionContent read_tariff_notice(FieldReader& in, const DraftGround& ground) {
    TariffNotice out;
    const Tariff before = ground.state.tariff(ground.running);
    out.effective = in.effective();
    std::vector<std::string> faults;
    out.tariff = tariff_from(in.fields(), before, faults);
    for (const std::string& fault : faults)
        in.fail(fault);
    const GridClock grid = ground.state.grid();
    if (ground.zone) out.tariff.clock = clock_of(*ground.zone, grid.start_s(out.effective));
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
    if (in.find("service_point") != nullptr && !is_valid_name(out.service_point))
        in.fail("service_point", "is no name of 1 to 32 of a-z, 0-9 and '-'");
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

// The next key epoch of the meter, wrapped for all who must read it.
TransactionContent read_key_grant(FieldReader& in, const DraftGround& ground) {
    KeyGrant out;
    out.meter = in.name<MeterId>("meter");
    out.effective = in.effective();
    const std::vector<NodeId> coming = in.names<NodeId>("members");
    const ChainState& state = ground.state;
    const auto* meter = state.meters.find(out.meter);
    if (meter == nullptr) {
        if (!out.meter.empty()) in.fail("meter", "'" + out.meter.str() + "' is not registered");
        return out;
    }
    if (!ground.data_key) {
        out.epoch = next_key_epoch(*meter);
        return out;
    }
    auto grant = next_key_grant(state, *meter, {out.effective, *ground.data_key, coming});
    if (!grant) {
        in.fail("members", grant.error());
        return out;
    }
    return std::move(*grant);
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
        {"key_grant", read_key_grant},
        {"capacity", read_capacity},
        {"deauthorise", read_deauthorise},
        {"tariff", read_tariff_notice},
        {"revoke", read_revoke},
        {"command", read_command},
        {"node", read_node},
        {"meter", read_meter},
        {"committee", read_committee},
        {"officers", read_officers},
        {"dgmd_keys", read_dgmd_keys},
        {"policy", read_policy}};
    return kReaders;
}

// Rights and money.
std::vector<NoticeForm> forms_of_rights() {
    return {
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
          kEffective,
          {"evidence", "settled windows that show it, ascending: 3,5,9", true}},
         "meter=m-101 reason=over_capacity effective=next"},
        {"command",
         "Connect or disconnect a meter, or let a technician open it",
         {kMeter,
          {"order", "disconnect, connect or service"},
          {"reason",
           "requested_by_customer, unpaid_bill, grid_safety, deauthorised, tampering, maintenance, "
           "replacement or cleared"},
          kEffective,
          {"expires", "the last window in which it may be executed; effective if left out", true},
          {"hours", "of service, 1 to 168", true}},
         "meter=m-101 order=disconnect reason=grid_safety effective=next expires=next+6"},
        {"tariff",
         "Set the rates from a week on",
         {{"import_micro_per_kwh", "millionths of the currency; as before if left out", true},
          {"export_micro_per_kwh", "millionths of the currency; as before if left out", true},
          {"daily_micro", "fixed charge per local day; as before if left out", true},
          {"bands", "NAME:IMPORT:EXPORT:HOURS;... or none; as before if left out", true},
          {"formula", "K:LOW:HIGH in ppm, for which these rates are the base, or none", true},
          {"load_wh", "of the week's forecast: the formula sets the rates", true},
          {"gap_wh", "of the week's forecast", true},
          kEffective},
         "import_micro_per_kwh=260000 export_micro_per_kwh=75000 effective=week"},
    };
}

// Who takes part, and where.
std::vector<NoticeForm> forms_of_the_registry() {
    return {
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
        {"key_grant",
         "Give a meter its next data key, and let its committee and the office read by it",
         {kMeter,
          {"data_key", "file of the key; made if it is not there. Take it to the meter"},
          kEffective,
          {"members", "names of nodes that a coming committee adds", true}},
         "meter=m-101 data_key=m-101-data-2.key effective=next+6"},
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
}

}  // namespace

const std::vector<NoticeForm>& notice_forms() {
    static const std::vector<NoticeForm> kForms = [] {
        std::vector<NoticeForm> all = forms_of_rights();
        for (const auto& more : {forms_of_the_registry(), forms_of_authority()})
            all.insert(all.end(), more.begin(), more.end());
        return all;
    }();
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

std::vector<std::string> faults_of_names(const NoticeForm& form, const NoticeFields& fields) {
    Errors errors;
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
    return errors;
}

Result<TransactionContent, std::vector<std::string>> content_from(std::string_view kind,
                                                                  const NoticeFields& fields,
                                                                  const DraftGround& ground) {
    const NoticeForm* form = form_of(kind);
    if (form == nullptr) {
        std::string all;
        std::vector<NoticeForm> forms = notice_forms();
        forms.insert(forms.end(), plan_forms().begin(), plan_forms().end());
        for (const NoticeForm& each : forms)
            all += (all.empty() ? "" : ", ") + std::string(each.kind);
        return unexpected(
            Errors{"'" + std::string(kind) + "' is no kind of notice: one of " + all});
    }
    Errors errors = faults_of_names(*form, fields);
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
