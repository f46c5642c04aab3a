"""All letters to an office as print-ready PDFs: chosen, set, listed, joined. Done by a worker, piece
by piece; a piece that is finished stays, whatever becomes of the worker.
"""
