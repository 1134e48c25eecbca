#include "model/config.h"

namespace attnviz {

std::string_view to_string(Query query) {
  return query == Query::previous ? "previous" : "current";
}

std::optional<Query> query_from(std::string_view name) {
  for (const Query query : {Query::previous, Query::current}) {
    if (name == to_string(query)) return query;
  }
  return std::nullopt;
}

}  // namespace attnviz
