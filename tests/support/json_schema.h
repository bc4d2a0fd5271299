// Whether a JSON value fits a schema of an OpenAPI document: the words of JSON Schema that the
// office's document uses. A word that is not known here is a fault, so that nothing goes unchecked.
#pragma once

#include <algorithm>
#include <set>
#include <string>

#include "core/io/json.h"

namespace fairfeed::testing_support {

class JsonSchema {
  public:
    explicit JsonSchema(const Json& document) : document_(document) {}

    // Empty, or the first fault with its place: "#/items/0/height: no integer".
    [[nodiscard]] std::string fault_of(const Json& value, const Json& schema,
                                       const std::string& place = "#") const {
        if (const std::string* reference = schema.at("$ref").as_text()) {
            const Json* found = resolve(*reference);
            return found == nullptr ? place + ": no schema " + *reference
                                    : fault_of(value, *found, place);
        }
        static const std::set<std::string> kKnown = {
            "type",      "required",  "properties", "additionalProperties",
            "items",     "enum",      "minimum",    "maximum",
            "minLength", "maxLength", "description"};
        for (const auto& [word, meaning] : *schema.as_object())
            if (!kKnown.contains(word)) return place + ": unknown word " + word;
        if (!fits_type(value, schema.at("type")))
            return place + ": not " + schema.at("type").dump();
        if (const auto* allowed = schema.at("enum").as_array())
            if (std::find(allowed->begin(), allowed->end(), value) == allowed->end())
                return place + ": " + value.dump() + " is none of the enumeration";
        if (value.as_array() != nullptr) return fault_of_items(value, schema, place);
        if (value.as_object() != nullptr) return fault_of_members(value, schema, place);
        return "";
    }
    // "#/components/schemas/Draft"; null: there is none.
    [[nodiscard]] const Json* resolve(const std::string& reference) const {
        const std::string begin = "#/components/schemas/";
        if (reference.rfind(begin, 0) != 0) return nullptr;
        return document_.at("components").at("schemas").find(reference.substr(begin.size()));
    }

  private:
    static bool fits_type(const Json& value, const Json& type) {
        if (const auto* several = type.as_array())
            return std::any_of(several->begin(), several->end(),
                               [&](const Json& each) { return fits_type(value, each); });
        const std::string name = type.as_text() != nullptr ? *type.as_text() : "";
        if (name == "string") return value.as_text() != nullptr;
        if (name == "integer") return value.as_int() != nullptr;
        if (name == "boolean") return value.as_bool() != nullptr;
        if (name == "null") return value.is_null();
        if (name == "array") return value.as_array() != nullptr;
        return name == "object" && value.as_object() != nullptr;
    }
    [[nodiscard]] std::string fault_of_items(const Json& value, const Json& schema,
                                             const std::string& place) const {
        for (std::size_t i = 0; i < value.as_array()->size(); ++i) {
            const auto fault =
                fault_of(value.at(i), schema.at("items"), place + "/" + std::to_string(i));
            if (!fault.empty()) return fault;
        }
        return "";
    }
    [[nodiscard]] std::string fault_of_members(const Json& value, const Json& schema,
                                               const std::string& place) const {
        if (const auto* required = schema.at("required").as_array())
            for (const Json& name : *required)
                if (value.find(*name.as_text()) == nullptr)
                    return place + ": lacks " + *name.as_text();
        for (const auto& [name, member] : *value.as_object()) {
            const Json* known = schema.at("properties").find(name);
            if (known == nullptr) {
                if (schema.at("additionalProperties") == Json(false))
                    return place + ": has " + name + ", which the schema does not know";
                continue;
            }
            const auto fault = fault_of(member, *known, place + "/" + name);
            if (!fault.empty()) return fault;
        }
        return "";
    }
    const Json& document_;
};

}  // namespace fairfeed::testing_support
