"""A Pipecat pipeline with a scripted model and without audio."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from pipecat.frames.frames import (
    EndFrame,
    Frame,
    FunctionCallFromLLM,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMMessagesAppendFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.workers.runner import WorkerRunner
from waiting import until

Messages = list[dict[str, Any]]
Script = Callable[[Messages], str | tuple[str, str, dict[str, Any]]]
"""What the model does with a context: text, or (tool_call_id, function, arguments)."""


class ScriptedLLM(LLMService[Any]):
    """Answers by script and keeps what it was given."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.script = script
        self.read: list[Messages] = []
        self.choices: list[object] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        messages: Messages = json.loads(json.dumps(frame.context.get_messages()))
        self.read.append(messages)
        self.choices.append(frame.context.tool_choice)
        answer = self.script(messages)
        await self.push_frame(LLMFullResponseStartFrame())
        if isinstance(answer, str):
            await self.push_frame(LLMTextFrame(answer))
        else:
            call_id, name, arguments = answer
            call = FunctionCallFromLLM(
                function_name=name, tool_call_id=call_id, arguments=arguments, context=frame.context
            )
            await self.run_function_calls([call])
        await self.push_frame(LLMFullResponseEndFrame())


class Ears(FrameProcessor):
    """What would be spoken."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.interruptions = 0

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMTextFrame | TTSSpeakFrame):
            self.heard.append(frame.text)
        elif isinstance(frame, InterruptionFrame):
            self.interruptions += 1
        await self.push_frame(frame, direction)


class Stage:
    """A running pipeline."""

    def __init__(self, llm: ScriptedLLM, context: LLMContext, middle: list[FrameProcessor]) -> None:
        self.llm, self.context, self.ears = llm, context, Ears()
        pair = LLMContextAggregatorPair(context)
        self.worker = PipelineWorker(
            Pipeline([pair.user(), *middle, llm, self.ears, pair.assistant()]), cancel_on_idle_timeout=False
        )

    async def user(self, text: str) -> None:
        before = len(self.llm.read)
        message: LLMContextMessage = {"role": "user", "content": text}
        await self.worker.queue_frame(LLMMessagesAppendFrame(messages=[message], run_llm=True))
        await until(lambda: len(self.llm.read) > before, lambda: self.context.get_messages())

    async def interrupt(self) -> None:
        # It is heard behind the model, so the model has done with its calls what it does.
        before = self.ears.interruptions
        await self.worker.queue_frame(InterruptionFrame())
        await until(lambda: self.ears.interruptions > before)

    def text(self) -> str:
        return json.dumps(self.context.get_messages())

    async def reads(self, text: str) -> None:
        """Until this is in the context."""
        await until(lambda: text in self.text(), self.text)


@asynccontextmanager
async def staged(llm: ScriptedLLM, context: LLMContext, middle: list[FrameProcessor]) -> AsyncIterator[Stage]:
    stage = Stage(llm, context, middle)
    started = asyncio.Event()

    @stage.worker.event_handler("on_pipeline_started")  # type: ignore[untyped-decorator]
    async def _(*_: object) -> None:
        started.set()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(stage.worker)
    running = asyncio.create_task(runner.run())
    await asyncio.wait_for(started.wait(), 10)
    try:
        yield stage
    finally:
        await stage.worker.queue_frame(EndFrame())
        await asyncio.wait_for(running, 15)
