#include "serve/predict.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

#include "serve/errors.h"
#include "serve/notes.h"
#include "serve/requests.h"

namespace hone::serve {

namespace {

std::string place(size_t index) { return fmt::format("inputs[{}]", index); }

task::Question question_of(const ServedModel& model, const PredictRequest& request, size_t index) {
  const Input& input = request.inputs[index];
  task::Reading reading = model.trained.reading();
  text::EncodeOptions& options = reading.encode;
  options.max_length = std::min(options.max_length, request.max_length.value_or(text::kNoLimit));
  options.truncation = request.truncation;
  if (request.truncation_side) {
    options.truncation_side = request.truncation_side;
    reading.long_text = {};
  }
  options.add_special_tokens = request.add_special_tokens;
  if (request.stride) {
    reading.long_text.long_text = "windows";
    reading.long_text.doc_stride = request.stride;
  }
  task::Question question = task::make_question(model.trained.tokenizer, input.text, input.pair, reading);
  if (question.is_truncated() && !request.truncate) {
    const text::Encoding& window = question.windows.back();
    throw http::RequestError({.status = 413,
                              .message = fmt::format("{} has {} tokens, the model reads {}", place(index),
                                                     question.num_tokens() + window.num_cut, options.max_length),
                              .field = place(index),
                              .hint = "shorten it, or allow truncation (truncate, truncation)"});
  }
  check_question(model, question, place(index));
  return question;
}

// A list with the answer to each input. A task whose answer is itself a list answers a single text with its list, as
// transformers' pipeline does; text classification keeps the outer list, as Hugging Face's servers do.
Json response_of(Json answers, const task::AnswerForm& form, bool is_single) {
  return is_single && form.is_list_of_parts ? std::move(answers.front()) : answers;
}

}  // namespace

Job predict_job(const std::shared_ptr<const ServedModel>& model, const http::Request& request, http::Responder answer) {
  const PredictRequest asked = read_predict(request.body, *model->description.task);
  Job job;
  Notes notes;
  for (const std::string& field : asked.ignored) notes.add_ignored(field);
  for (size_t i = 0; i < asked.inputs.size(); ++i) {
    const task::Question& question = job.questions.emplace_back(question_of(*model, asked, i));
    notes.add_question(i, question, task::unknown_tokens(model->trained.tokenizer, question, asked.add_special_tokens));
  }
  job.done = [model, notes, options = asked.answers, is_single = asked.is_single, answer = std::move(answer)](
                 const std::vector<task::Question>& questions, const std::vector<task::Outputs>& outputs,
                 const std::exception_ptr& error) {
    answer_with(answer, [&] {
      if (error) std::rethrow_exception(error);
      Notes all_notes = notes;
      Json answers = Json::array();
      for (size_t i = 0; i < questions.size(); ++i) {
        check_outputs(outputs[i], place(i));
        const auto given = model->trained.task->answer(questions[i], outputs[i], options);
        answers.push_back(given->response());
        if (given->is_near_tie()) all_notes.add_near_tie(i);
      }
      http::Response response =
          http::json_response(response_of(std::move(answers), model->description.task->form, is_single));
      all_notes.add_to(response);
      return response;
    });
  };
  job.gone = request.client_gone;
  job.since = request.arrived;
  return job;
}

}  // namespace hone::serve
