"""The usual Python way to serve a classifier: FastAPI, uvicorn and transformers' pipeline.

--endpoint def: FastAPI runs each request in a thread of its pool. async: requests are computed one by one on the event
loop, as many tutorials write it.
"""
import argparse
import pathlib

import recipe


def make_app(classify, endpoint):
    import fastapi
    import pydantic

    class Request(pydantic.BaseModel):
        inputs: str | list[str]

    app = fastapi.FastAPI()

    def answer(request):
        inputs = [request.inputs] if isinstance(request.inputs, str) else request.inputs
        return classify(inputs, top_k=None, truncation=True, max_length=recipe.MAX_LENGTH)

    if endpoint == "def":
        @app.post("/predict")
        def predict(request: Request):
            return answer(request)
    else:
        @app.post("/predict")
        async def predict(request: Request):
            return answer(request)

    return app


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--endpoint", choices=["def", "async"], default="def")
    args = parser.parse_args()
    import torch
    import transformers
    import uvicorn

    torch.set_num_threads(args.threads)
    classify = transformers.pipeline("text-classification", model=str(args.model), device="cpu")
    uvicorn.run(make_app(classify, args.endpoint), host="127.0.0.1", port=args.port, log_level="warning",
                access_log=False)


if __name__ == "__main__":
    main()
