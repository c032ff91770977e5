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

// How the request wants its inputs to be read. Error (400): a max_length or stride that leaves no space.
task::Reading reading_of(const ServedModel& model, const PredictParameters& parameters) {
  task::Reading reading = model.trained.reading();
  text::EncodeOptions& options = reading.encode;
  options.max_length = std::min(options.max_length, parameters.max_length.value_or(text::kNoLimit));
  options.truncation = parameters.truncation;
  options.add_special_tokens = parameters.add_special_tokens;
  if (parameters.truncation_side) {
    options.truncation_side = parameters.truncation_side;
    reading.long_text = {};
  }
  if (parameters.stride) {
    reading.long_text.long_text = "windows";
    reading.long_text.doc_stride = parameters.stride;
  }
  try {
    task::check_windows(model.trained.tokenizer, reading);
  } catch (const Error& error) {
    const bool has_both = parameters.max_length && parameters.stride;
    throw http::RequestError({.message = error.what(),
                              .field = parameters.max_length ? "parameters.max_length" : "parameters.stride",
                              .hint = has_both                ? "give a larger max_length or a smaller stride"
                                      : parameters.max_length ? "give a larger max_length"
                                                              : "give a smaller stride"});
  }
  return reading;
}

http::RequestError too_long(const ServedModel& model, const Input& input, const task::Reading& reading, size_t index) {
  text::EncodeOptions whole = reading.encode;
  whole.max_length = text::kNoLimit;
  const task::Question question =
      task::make_question(model.trained.tokenizer, input.text, input.pair, {.encode = whole});
  return http::RequestError(
      {.status = 413,
       .message = fmt::format("{} has {} tokens, the model reads {}{}", input_place(index), question.num_tokens(),
                              reading.long_text.long_text == "windows" ? "windows of " : "", reading.encode.max_length),
       .field = input_place(index),
       .hint = "shorten it, or allow truncation (truncate, truncation)"});
}

task::Question question_of(const ServedModel& model, const PredictRequest& request, const task::Reading& reading,
                           size_t index) {
  const Input& input = request.inputs[index];
  if (input.pair && !reading.reads_pairs) {
    throw http::RequestError(
        {.message = fmt::format("{} is a pair, but the model reads single texts", input_place(index)),
         .field = input_place(index),
         .hint = "send each text by itself"});
  }
  task::Question question = task::make_question(model.trained.tokenizer, input.text, input.pair, reading);
  if (question.is_truncated() && !request.parameters.truncate) throw too_long(model, input, reading, index);
  check_question(model, question, input_place(index));
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
  const task::Reading reading = reading_of(*model, asked.parameters);
  Job job;
  Notes notes;
  for (const std::string& field : asked.parameters.ignored) notes.add_ignored(field);
  for (size_t i = 0; i < asked.inputs.size(); ++i) {
    const task::Question& question = job.questions.emplace_back(question_of(*model, asked, reading, i));
    notes.add_question(i, question,
                       task::unknown_tokens(model->trained.tokenizer, question, asked.parameters.add_special_tokens));
  }
  job.done = [model, notes, options = asked.parameters.answers, is_single = asked.is_single,
              answer = std::move(answer)](const std::vector<task::Question>& questions,
                                          const std::vector<task::Outputs>& outputs, const std::exception_ptr& error) {
    answer_with(answer, [&] {
      if (error) std::rethrow_exception(error);
      Notes all_notes = notes;
      Json answers = Json::array();
      for (size_t i = 0; i < questions.size(); ++i) {
        check_outputs(outputs[i], input_place(i));
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
