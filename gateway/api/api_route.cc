#include "gateway/api/api_route.h"

#include <algorithm>
#include <charconv>

#include "core/io/log.h"

namespace fairfeed {

std::string ApiCall::parameter(std::string_view name) const {
    for (const auto& [each, value] : parameters)
        if (each == name) return value;
    return "";
}

const std::string& ApiCall::in_path(std::string_view name) const {
    const auto found = path.find(name);
    CHECK(found != path.end());
    return found->second;
}

Result<std::int64_t, HttpResponse> whole_parameter(const ApiCall& call, std::string_view name,
                                                   std::int64_t least, std::int64_t most,
                                                   std::int64_t fallback) {
    const std::string text = call.parameter(name);
    if (text.empty()) return fallback;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most)
        return value;
    const std::string range =
        "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    return unexpected(problem(400, "wrong-parameter", std::string(name) + " is " + range,
                              {{"", std::string(name), range}}));
}

HttpResponse not_found() {
    return problem(404, "not-found", "there is nothing of that name that you may see");
}

HttpResponse undone(const DeskFault& fault) {
    switch (fault.kind) {
        case DeskFaultKind::missing:
            return not_found();
        case DeskFaultKind::wrong:
            return problem(422, "wrong-field", fault.line);
        case DeskFaultKind::refused:
            return problem(409, "illegal-step", fault.line);
        case DeskFaultKind::machine:
            break;
    }
    return machine_failed(fault.line);
}

std::optional<HttpResponse> changed_meanwhile(const ApiCall& call, const Json& current) {
    if (may_change(call.request, json_response(current).body)) return std::nullopt;
    return problem(412, "changed-meanwhile",
                   "it is another by now than If-Match names: read it anew");
}

HttpResponse machine_failed(const std::string& why) {
    log_error("a request failed", kv("why", why));
    HttpResponse failed = problem(503, "not-now",
                                  "the office's machine could not do it; its log "
                                  "has the reason");
    failed.set("retry-after", "5");
    return failed;
}

std::string pointer_part(std::string_view name) {
    std::string out;
    for (const char c : name)
        out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
}

BodyReader::BodyReader(const Json& body) : body_(body) {
    if (body.as_object() == nullptr) faults_.push_back({"#", "", "is no JSON object"});
}

const Json* BodyReader::member(std::string_view name) {
    asked_.emplace_back(name);
    const Json* found = body_.find(name);
    return found != nullptr && found->is_null() ? nullptr : found;
}

void BodyReader::fail(std::string_view member, std::string detail) {
    faults_.push_back({"#/" + std::string(member), "", std::move(detail)});
}

std::string BodyReader::text(std::string_view name, std::size_t most) {
    const auto found = optional_text(name, most);
    if (!found && body_.at(name).is_null()) fail(name, "is missing");
    return found.value_or("");
}

std::optional<std::string> BodyReader::optional_text(std::string_view name, std::size_t most) {
    const Json* found = member(name);
    if (found == nullptr) return std::nullopt;
    if (found->as_text() == nullptr) {
        fail(name, "is no text");
        return std::nullopt;
    }
    if (found->as_text()->size() > most) {
        fail(name, "has more than " + std::to_string(most) + " bytes");
        return std::nullopt;
    }
    return *found->as_text();
}

std::optional<std::vector<std::string>> BodyReader::optional_texts(std::string_view name) {
    const Json* found = member(name);
    if (found == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    const Json::Array* array = found->as_array();
    if (array == nullptr) fail(name, "is no array of texts");
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
        const std::string* text = (*array)[i].as_text();
        if (text == nullptr) {
            fail(std::string(name) + "/" + std::to_string(i), "is no text");
        } else {
            texts.push_back(*text);
        }
    }
    return texts;
}

std::optional<bool> BodyReader::optional_bool(std::string_view name) {
    const Json* found = member(name);
    if (found == nullptr) return std::nullopt;
    if (found->as_bool() == nullptr) {
        fail(name, "is neither true nor false");
        return std::nullopt;
    }
    return *found->as_bool();
}

std::optional<std::int64_t> BodyReader::optional_whole(std::string_view name, std::int64_t least,
                                                       std::int64_t most) {
    const Json* found = member(name);
    if (found == nullptr) return std::nullopt;
    const std::int64_t* value = found->as_int();
    if (value != nullptr && *value >= least && *value <= most) return *value;
    fail(name, "is no whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

std::int64_t BodyReader::whole(std::string_view name, std::int64_t least, std::int64_t most,
                               std::int64_t fallback) {
    return optional_whole(name, least, most).value_or(fallback);
}

std::optional<Bytes> BodyReader::optional_hex(std::string_view name, std::size_t most) {
    const auto digits = optional_text(name, 2 * most);
    if (!digits) return std::nullopt;
    auto bytes = from_hex(*digits);
    if (!bytes) fail(name, "is no hex of a file");
    return bytes;
}

std::map<std::string, std::string> BodyReader::fields(std::string_view name, std::size_t most) {
    std::map<std::string, std::string> out;
    const Json* found = member(name);
    const Json::Object* members = found == nullptr ? nullptr : found->as_object();
    if (members == nullptr) fail(name, found == nullptr ? "is missing" : "is no object");
    for (std::size_t i = 0; members != nullptr && i < members->size(); ++i) {
        const auto& [field, value] = (*members)[i];
        const std::string* text = value.as_text();
        const std::int64_t* number = value.as_int();
        if (text != nullptr && text->size() <= most) {
            out.emplace(field, *text);
        } else if (number != nullptr) {
            out.emplace(field, std::to_string(*number));
        } else {
            fail(std::string(name) + "/" + pointer_part(field),
                 "is no whole number, and no text of at most " + std::to_string(most) + " bytes");
        }
    }
    return out;
}

std::optional<HttpResponse> BodyReader::finish() {
    if (const Json::Object* members = body_.as_object())
        for (const auto& [name, value] : *members)
            if (std::find(asked_.begin(), asked_.end(), name) == asked_.end())
                fail(name, "is no member of this request");
    if (faults_.empty()) return std::nullopt;
    const std::string first = faults_.front().pointer + " " + faults_.front().detail;
    return problem(422, "wrong-field", first, std::move(faults_));
}

NoteDeskAct noted_for(const ApiSources& sources, const ApiCall& call) {
    return [&sources, &call](const DeskAct& act) -> Result<void, std::string> {
        const auto entry = sources.audit->append({call.now_ms,
                                                  call.caller.name(),
                                                  act.what,
                                                  call.request.address,
                                                  act.subject,
                                                  {},
                                                  act.more});
        if (!entry) return unexpected(entry.error().message);
        return {};
    };
}

std::optional<HttpResponse> noted(const ApiSources& sources, const ApiCall& call, std::string what,
                                  std::string subject, std::string note) {
    const auto done =
        noted_for(sources, call)({std::move(what), std::move(subject), std::move(note)});
    if (!done) return machine_failed(done.error());
    return std::nullopt;
}

}  // namespace fairfeed
