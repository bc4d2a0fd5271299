#include "core/model/office.h"

#include <algorithm>
#include <set>

namespace fairfeed {
namespace {

bool ascends(const std::vector<Signatory>& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i].name.empty()) return false;
        if (i > 0 && !(list[i - 1].name < list[i].name)) return false;
    }
    return true;
}

const Signatory* find(const std::vector<Signatory>& list, std::string_view name) {
    const auto found = std::find_if(
        list.begin(), list.end(), [&](const Signatory& each) { return each.name.view() == name; });
    return found == list.end() ? nullptr : &*found;
}

// The number of different names, or keys, of all signatories.
template <class Part>
std::size_t count_different(const Office& office, Part part) {
    std::set<std::string> seen;
    for (const auto* list : {&office.officers, &office.inspectors})
        for (const Signatory& each : *list)
            seen.insert(part(each));
    return seen.size();
}

}  // namespace

std::optional<std::string_view> fault_of(const Office& office) {
    if (office.officers.empty() || office.officers.size() > kMaxOfficers) {
        return "officers: 1 to 16 of them";
    }
    if (office.inspectors.size() > kMaxInspectors) return "inspectors: at most 64 of them";
    if (office.threshold < 1 || office.threshold > kMaxThreshold ||
        office.threshold > office.officers.size()) {
        return "threshold: 1 to 5, and at most the number of officers";
    }
    if (!ascends(office.officers) || !ascends(office.inspectors)) {
        return "officers and inspectors: ascending by name, each once";
    }
    const std::size_t all = office.officers.size() + office.inspectors.size();
    if (count_different(office, [](const Signatory& each) { return each.name.str(); }) != all) {
        return "officers and inspectors: nobody is both";
    }
    const auto key = [](const Signatory& each) { return to_hex(each.key.view()); };
    if (count_different(office, key) != all) {
        return "officers and inspectors: everybody has a key of their own";
    }
    return std::nullopt;
}

const Signatory* find_officer(const Office& office, const NodeId& name) {
    return find(office.officers, name.str());
}

bool is_of(const Office& office, std::string_view name) {
    return find(office.officers, name) != nullptr || find(office.inspectors, name) != nullptr;
}

std::string promise_of(const Office& office) {
    const std::string of = std::to_string(office.officers.size());
    if (!is_decided_alone(office)) {
        return std::to_string(office.threshold) + " of " + of + " officers decide";
    }
    return "1 of " + of + (office.officers.size() == 1 ? " officer decides" : " officers decide") +
           ": for a laboratory only, one stolen key is enough";
}

Result<void, Reject> check_form(const Office& office, const std::vector<Witness>& approvals) {
    const NodeId* before = nullptr;
    for (const Witness& approval : approvals) {
        if (find_officer(office, approval.node) == nullptr) return unexpected(Reject::not_a_member);
        if (before != nullptr && !(*before < approval.node)) {
            return unexpected(Reject::not_canonical);
        }
        before = &approval.node;
    }
    if (approvals.size() != office.threshold) return unexpected(Reject::no_quorum);
    return {};
}

}  // namespace fairfeed
